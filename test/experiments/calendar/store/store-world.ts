/** A store on a disk in memory, with a clock and texts to put into it. */
import type {
  ItemStore,
  SupersededOptions,
} from "../../../../src/experiments/calendar/store/item-store.ts";
import type { Migration } from "../../../../src/experiments/calendar/store/migrations.ts";
import {
  openItemStore,
  type StoreEnvironment,
} from "../../../../src/experiments/calendar/store/open-item-store.ts";
import { scanColumns } from "../../../../src/shared/ical/scan.ts";
import type {
  BatchOperation,
  BatchResult,
  ItemColumns,
  Json,
  PendingChange,
  ResourceBody,
  ResourceRow,
  Settlement,
  SettleResult,
  StoredConflict,
  SupersededVersion,
} from "../../../../src/shared/item-store.ts";
import { MemoryDisk } from "../../../support/sql-js-connection.ts";

export const DIRECTORY = "/profile/caldav-keeper";
export const DATABASE = `${DIRECTORY}/items.sqlite`;
export const UNSENT = `${DIRECTORY}/unsent`;
export const CALENDAR = "calendar-1";

/** A machine whose place and mark a test may change, as copying the profile does. */
export class TestMachine {
  where = "host /profile";
  mark: string | null = null;
  place(): string {
    return this.where;
  }
  async read(): Promise<string | null> {
    return this.mark;
  }
  async write(instanceId: string): Promise<void> {
    this.mark = instanceId;
  }
}

export class StoreWorld {
  readonly disk = new MemoryDisk();
  readonly machine = new TestMachine();
  readonly calendarId: string;
  migrations: readonly Migration[] | undefined;
  now = Date.UTC(2026, 5, 1, 12);
  #ids = 0;
  #store: ItemStore | undefined;

  constructor(calendarId = CALENDAR) {
    this.calendarId = calendarId;
  }

  get store(): ItemStore {
    if (this.#store === undefined) throw new Error("the store is not open");
    return this.#store;
  }

  /** Also after a crash: what was committed before is there. */
  async open(): Promise<this> {
    const environment: StoreEnvironment = {
      open: this.disk.open,
      files: this.disk.access,
      directory: DIRECTORY,
      machine: this.machine,
      now: () => this.now++,
      newId: () => `random-${++this.#ids}`,
    };
    const { migrations } = this;
    this.#store = await openItemStore(
      migrations === undefined ? environment : { ...environment, migrations },
    );
    return this;
  }

  async restart(): Promise<this> {
    await this.store.close();
    return this.open();
  }

  unsentFiles(): string[] {
    return [...this.disk.files.keys()].filter((path) => path.startsWith(`${UNSENT}/`));
  }

  /** What the views show: text by name. */
  async visible(calendarId = this.calendarId): Promise<Record<string, string>> {
    const texts: Record<string, string> = {};
    const all = { calendarId, components: 15, start: null, end: null, includeCompleted: true };
    for await (const slice of this.store.queryTexts(all)) {
      for (const item of slice) texts[item.name] = item.text;
    }
    return texts;
  }

  async rows(calendarId = this.calendarId): Promise<ResourceRow[]> {
    return JSON.parse(await this.store.listResources(calendarId)) as ResourceRow[];
  }

  async bodies(...names: string[]): Promise<ResourceBody[]> {
    return JSON.parse(await this.store.getResources(this.calendarId, { names })) as ResourceBody[];
  }

  async pending(calendarId = this.calendarId, names?: string[]): Promise<PendingChange[]> {
    return JSON.parse(await this.store.getPending(calendarId, names)) as PendingChange[];
  }

  /** The one pending change of a row. */
  async change(name: string, calendarId = this.calendarId): Promise<PendingChange> {
    const [change] = await this.pending(calendarId, [name]);
    if (change === undefined) throw new Error(`nothing is pending for ${name}`);
    return change;
  }

  async batch(
    operations: readonly BatchOperation[],
    options?: { state?: Json; notify?: boolean },
    calendarId = this.calendarId,
  ): Promise<BatchResult> {
    const state = options?.state === undefined ? undefined : JSON.stringify(options.state);
    const notify = options?.notify;
    return JSON.parse(
      await this.store.batch(calendarId, JSON.stringify(operations), { state, notify }),
    ) as BatchResult;
  }

  /** Settles the pending change of a row as it is now. */
  async settle(name: string, settlement: Settlement): Promise<SettleResult> {
    const { revision } = await this.change(name);
    return this.store.settle(this.calendarId, name, revision, settlement);
  }

  create(uid: string, text: string) {
    return this.store.insertEdit({ calendarId: this.calendarId, uid, ...sides(text) });
  }

  edit(name: string, text: string) {
    return this.store.updateEdit({ calendarId: this.calendarId, name, ...sides(text) });
  }

  remove(name: string): Promise<boolean> {
    return this.store.deleteEdit({ calendarId: this.calendarId, name });
  }

  async conflicts(): Promise<StoredConflict[]> {
    return JSON.parse(await this.store.listConflicts(this.calendarId)) as StoredConflict[];
  }

  async superseded(
    options: SupersededOptions = {},
    calendarId = this.calendarId,
  ): Promise<SupersededVersion[]> {
    const listed = await this.store.listSuperseded(calendarId, options);
    return JSON.parse(listed) as SupersededVersion[];
  }
}

export function sides(text: string): { text: string; columns: ItemColumns } {
  return { text, columns: scanColumns(text) };
}

export function put(name: string, text: string, etag = "1"): BatchOperation {
  return { kind: "put", name, metadata: { href: `/c/${name}`, etag }, ...sides(text) };
}

export function stored(text: string, etag = "stored"): Extract<Settlement, { kind: "stored" }> {
  return { kind: "stored", metadata: { etag }, ...sides(text) };
}

/** An event of 1 June 2026; `lines` are added to it. */
export function event(uid: string, summary: string, ...lines: string[]): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    ...(lines.some((line) => line.startsWith("DTSTART")) ? [] : ["DTSTART:20260601T100000Z"]),
    `SUMMARY:${summary}`,
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

export function todo(uid: string, ...lines: string[]): string {
  return event(uid, "A task", "DTSTART:", ...lines)
    .replace("DTSTART:\r\n", "")
    .replaceAll("VEVENT", "VTODO");
}
