/** Calendars in memory, with named troubles, for tests of backups and restores. */
import type {
  CalendarMaker,
  CalendarReading,
  CalendarSource,
  CalendarTarget,
  CalendarWrite,
  KnownCalendar,
  KnownResource,
  WantedCalendar,
  WriteFailure,
} from "../../src/background/backup/ports.ts";
import { AppError } from "../../src/shared/errors.ts";

export class MemoryCalendars implements CalendarSource, CalendarTarget, CalendarMaker {
  readonly #calendars: KnownCalendar[] = [];
  readonly #texts = new Map<string, Map<string, string>>();
  readonly #unreadable = new Map<string, AppError>();
  readonly #refused = new Map<string, AppError>();
  readonly #missing = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #made = new Map<string, string>();
  readonly #unsent = new Map<string, string>();
  readonly #conflicts: { id: number; name: string; text: string }[] = [];
  #rewrite = (text: string) => text;
  #onRead = () => {};
  #movesUids: boolean = false;
  #onMake = (_calendarId: string) => {};
  readonly #names = new Map<string, string>();
  /** Calendars that were read, in order. */
  readonly reads: string[] = [];

  add(
    calendar: Pick<KnownCalendar, "calendarId" | "account" | "collection" | "own" | "accountId"> &
      Partial<Pick<KnownCalendar, "url">>,
  ): void {
    this.#calendars.push({
      displayName: calendar.collection,
      color: "#336699",
      url: calendar.own ? `https://cal.example.org/${calendar.collection}/` : "",
      type: calendar.own ? "ext-keeper" : "storage",
      readOnly: false,
      components: ["VEVENT", "VTODO"],
      lastGoodSync: null,
      ...calendar,
    });
    this.#texts.set(calendar.calendarId, new Map());
  }

  texts(calendarId: string): Map<string, string> {
    const texts = this.#texts.get(calendarId);
    if (!texts) throw new Error(`no calendar ${calendarId}`);
    return texts;
  }

  put(calendarId: string, name: string, text: string): void {
    this.texts(calendarId).set(name, text);
  }

  drop(calendarId: string, name: string): void {
    this.texts(calendarId).delete(name);
  }

  forget(calendarId: string): void {
    this.#calendars.splice(this.#index(calendarId), 1);
  }

  rename(calendarId: string, name: string): void {
    this.#change(calendarId, { displayName: name, collection: name });
  }

  setReadOnly(calendarId: string): void {
    this.#change(calendarId, { readOnly: true });
  }

  failReading(calendarId: string, error: AppError): void {
    this.#unreadable.set(calendarId, error);
  }

  /** The server lists a member of this name and does not give it. */
  withhold(name: string): void {
    this.#missing.add(name);
  }

  /** A conflict of our own calendars left this text over. */
  leaveOver(name: string, text: string): void {
    this.#conflicts.push({ id: this.#conflicts.length, name, text });
  }

  /** The user deleted it, and the server does not know yet. */
  deleteUnsent(name: string): void {
    this.#deleted.add(name);
  }

  /** The user changed it, and the server does not know yet. */
  editUnsent(name: string, text: string): void {
    this.#unsent.set(name, text);
  }

  isDeletedUnsent(name: string): boolean {
    return this.#deleted.has(name);
  }

  refuseWrite(name: string, error: AppError): void {
    this.#refused.set(name, error);
  }

  /** What the server makes of texts it is given. */
  rewrite(change: (text: string) => string): void {
    this.#rewrite = change;
  }

  /** The server takes an item out of an account's other calendar when it is created in one (Zimbra). */
  moveUids(): void {
    this.#movesUids = true;
  }

  onMake(listener: (calendarId: string) => void): void {
    this.#onMake = listener;
  }

  onRead(listener: () => void): void {
    this.#onRead = listener;
  }

  async calendars(): Promise<readonly KnownCalendar[]> {
    return [...this.#calendars];
  }

  /** As the item store: random, and the same only for the same contents. */
  async contentName({ own, calendarId }: KnownCalendar): Promise<string | null> {
    const error = this.#unreadable.get(calendarId);
    if (error) throw error;
    if (!own || this.#missing.size > 0) return null;
    const parts = [
      [...this.texts(calendarId)],
      [...this.#unsent],
      this.#conflicts,
      [...this.#deleted],
    ];
    const contents = JSON.stringify([calendarId, ...parts]);
    const name = this.#names.get(contents) ?? crypto.randomUUID();
    this.#names.set(contents, name);
    return name;
  }

  async read(
    calendar: KnownCalendar,
    onPage: (page: readonly KnownResource[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<CalendarReading> {
    this.#onRead();
    this.reads.push(calendar.calendarId);
    signal.throwIfAborted();
    const error = this.#unreadable.get(calendar.calendarId);
    if (error) throw error;
    const page = [...this.texts(calendar.calendarId)].map(([name, text]) => ({
      name,
      uid: /^UID:(.*)$/m.exec(text)?.[1]?.trim() ?? null,
      text,
      pendingText: (calendar.own && this.#unsent.get(name)) || null,
      quarantine: null,
      deleted: this.#deleted.has(name),
    }));
    await onPage(page);
    const missing = [...this.#missing].map((name) => ({ name, reason: "The server answers 500." }));
    return {
      missing: calendar.own ? missing : [],
      conflicts: calendar.own ? this.#conflicts : [],
    };
  }

  async namesOf({ calendarId }: KnownCalendar, uid: string): Promise<readonly string[]> {
    const texts = [...this.texts(calendarId)];
    return texts.filter(([, text]) => text.includes(`UID:${uid}\r\n`)).map(([name]) => name);
  }

  async write(
    calendar: KnownCalendar,
    writes: readonly CalendarWrite[],
  ): Promise<readonly WriteFailure[]> {
    const failures: WriteFailure[] = [];
    for (const write of writes) {
      const error = this.#refused.get(write.name);
      if (error) failures.push({ name: write.name, error });
      else if (write.kind === "remove") this.drop(calendar.calendarId, write.name);
      else {
        this.#deleted.delete(write.name);
        if (calendar.own) this.#unsent.delete(write.name);
        if (this.#movesUids && write.kind === "create") this.#takeAway(calendar, write.uid);
        this.put(calendar.calendarId, write.name, this.#rewrite(write.text));
      }
    }
    return failures;
  }

  #takeAway({ account, calendarId }: KnownCalendar, uid: string | null): void {
    for (const other of this.#calendars)
      if (other.own && other.account === account && other.calendarId !== calendarId)
        for (const [name, text] of this.texts(other.calendarId))
          if (text.includes(`UID:${uid}\r\n`)) this.drop(other.calendarId, name);
  }

  async requireAccount(accountId: string): Promise<void> {
    if (!this.#calendars.some((calendar) => calendar.accountId === accountId))
      throw new AppError("account-unknown", "There is no such account.");
  }

  /** Its id is the name, with a number where that is taken; on the server of an account named `me@<accountId>`. */
  async make({ name, accountId, key }: WantedCalendar): Promise<KnownCalendar> {
    const own = accountId !== undefined;
    const account = own ? `me@${accountId}` : "local";
    const calendarId = this.#index(name) < 0 ? name : `${name}-2`;
    this.add({ calendarId, account, collection: name, own, ...(own && { accountId }) });
    this.#made.set(key, calendarId);
    this.#onMake(calendarId);
    return this.#calendars[this.#index(calendarId)] as KnownCalendar;
  }

  async made(key: string): Promise<string | undefined> {
    return this.#made.get(key);
  }

  #index(calendarId: string): number {
    return this.#calendars.findIndex((calendar) => calendar.calendarId === calendarId);
  }

  #change(calendarId: string, change: Partial<KnownCalendar>): void {
    const index = this.#index(calendarId);
    this.#calendars[index] = { ...(this.#calendars[index] as KnownCalendar), ...change };
  }
}
