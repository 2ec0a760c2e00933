/** Replaced versions of our own calendars, as the item store keeps them. */
import type { SupersededVersion } from "../../shared/item-store.ts";
import type { KnownCalendar, ReplacedVersion, ReplacedVersions } from "./ports.ts";

/** Texts fetched at once: about half a megabyte. */
const PAGE = 400;

export interface ItemStoreVersionsApi {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "listSuperseded" | "markSnapshotted" | "unmarkSnapshotted" | "forgetSnapshotted"
  >;
}

export class ItemStoreVersions implements ReplacedVersions {
  readonly #api: ItemStoreVersionsApi;

  constructor(api: ItemStoreVersionsApi) {
    this.#api = api;
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

  /** What these snapshots hold (absent: any) counts as unsaved again: the next backup writes it anew. */
  async unmarkSaved(snapshotIds?: readonly string[]): Promise<void> {
    const { provider } = this.#api;
    await (snapshotIds
      ? provider.unmarkSnapshotted([...snapshotIds])
      : provider.unmarkSnapshotted());
  }

  async settleSaved(snapshotIds: readonly string[]): Promise<void> {
    await this.#api.provider.forgetSnapshotted([...snapshotIds]);
  }

  async #cacheId({ calendarId, own }: KnownCalendar): Promise<string | null> {
    return own ? ((await this.#api.calendars.get(calendarId))?.cacheId ?? null) : null;
  }
}
