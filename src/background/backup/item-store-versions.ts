/** Replaced versions of our own calendars, as the item store keeps them. */
import type { RemovedCalendarRow, SupersededVersion } from "../../shared/item-store.ts";
import { lastSegment } from "./calendar-folders.ts";
import type { KnownCalendar, ReplacedVersion, ReplacedVersions } from "./ports.ts";

/** Texts fetched at once: about half a megabyte. */
const PAGE = 400;

export interface ItemStoreVersionsApi {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "listRemoved" | "listSuperseded" | "markSnapshotted" | "unmarkSnapshotted" | "forgetSnapshotted"
  >;
}

/** What a calendar was called that is gone. */
export interface GoneName {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** `user@host`. */
  readonly account: string;
}

export class ItemStoreVersions implements ReplacedVersions {
  readonly #api: ItemStoreVersionsApi;

  readonly #names: () => Promise<readonly GoneName[]>;

  constructor(api: ItemStoreVersionsApi, names: () => Promise<readonly GoneName[]>) {
    this.#api = api;
    this.#names = names;
  }

  async gone(): Promise<readonly KnownCalendar[]> {
    const removed = JSON.parse(await this.#api.provider.listRemoved()) as RemovedCalendarRow[];
    const unsaved = removed.filter((row) => row.unsaved > 0);
    if (unsaved.length === 0) return [];
    const names = new Map((await this.#names()).map((name) => [name.id, name]));
    return unsaved.map(({ calendarId }) => goneCalendar(calendarId, names.get(calendarId)));
  }

  async read(
    calendar: KnownCalendar,
    onPage: (page: readonly ReplacedVersion[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const cacheId = await this.#cacheId(calendar);
    if (cacheId === null) return;
    for (let before: number | undefined; ; ) {
      signal.throwIfAborted();
      const page: SupersededVersion[] = JSON.parse(
        await this.#api.provider.listSuperseded(cacheId, {
          unsaved: true,
          limit: PAGE,
          ...(before !== undefined && { before }),
        }),
      );
      if (page.length > 0)
        await onPage(
          page.map(({ id, name, text, supersededAt: replacedAt }) => ({
            id,
            name,
            text,
            replacedAt,
          })),
        );
      if (page.length < PAGE) return;
      before = page.at(-1)?.id;
    }
  }

  async markSaved(
    calendar: KnownCalendar,
    ids: readonly number[],
    snapshotId: string,
  ): Promise<void> {
    const cacheId = await this.#cacheId(calendar);
    if (cacheId !== null) await this.#api.provider.markSnapshotted(cacheId, [...ids], snapshotId);
  }

  async unmarkSaved(snapshotIds?: readonly string[]): Promise<void> {
    const { provider } = this.#api;
    await (snapshotIds
      ? provider.unmarkSnapshotted([...snapshotIds])
      : provider.unmarkSnapshotted());
  }

  async settleSaved(snapshotIds: readonly string[]): Promise<void> {
    await this.#api.provider.forgetSnapshotted([...snapshotIds]);
  }

  /** Of one that is gone its id alone. */
  async #cacheId({ calendarId, own }: KnownCalendar): Promise<string | null> {
    return own ? ((await this.#api.calendars.get(calendarId))?.cacheId ?? calendarId) : null;
  }
}

function goneCalendar(calendarId: string, known: GoneName | undefined): KnownCalendar {
  return {
    calendarId,
    account: known?.account ?? "gone",
    collection: (known && lastSegment(known.url)) || calendarId,
    displayName: known?.name ?? calendarId,
    color: null,
    url: known?.url ?? "",
    type: "",
    readOnly: true,
    components: [],
    lastGoodSync: null,
    own: true,
  };
}
