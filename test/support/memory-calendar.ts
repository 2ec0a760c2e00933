/**
 * A calendar of the item store in memory, with the meaning that src/shared/item-store.ts documents: two sides a
 * row, revisions, settlements, superseded versions. Adds the edits a user makes. Every call may be made to fail
 * or to wait by {@link MemoryCalendar.intercept}.
 */

import type { LocalCalendar, SyncState } from "../../src/background/sync/ports.ts";
import type {
  BatchOperation,
  BatchResult,
  ConflictRecord,
  DeletionCounts,
  Json,
  PendingChange,
  PendingKind,
  ResourceBody,
  ResourceRow,
  Settlement,
  SettleResult,
  StageOperation,
  SupersededVersion,
} from "../../src/shared/item-store.ts";

interface Row {
  name: string;
  uid: string | null;
  metadata: Json;
  serverText: string | null;
  userText: string | null;
  baseText: string | null;
  pending: PendingKind | null;
  revision: number;
  changedAt: number;
  attempts: number;
  lastError: Json;
  earlierTexts: readonly string[];
  waiting: boolean;
  moved: boolean;
}

export type LocalCall =
  | "getState"
  | "listResources"
  | "getResources"
  | "getPending"
  | "batch"
  | "settle";

const uidOf = (text: string): string | null => /^UID:(.*)$/m.exec(text)?.[1]?.trim() ?? null;

export class MemoryCalendar implements LocalCalendar {
  readonly calendarId: string;
  readonly conflicts: (ConflictRecord & { readonly name: string })[] = [];
  readonly superseded: { readonly name: string; readonly text: string }[] = [];
  readonly calls: LocalCall[] = [];
  /** How often the views were told to reload. */
  loads = 0;
  /** Runs before each call; throwing makes the call fail without effect. */
  intercept: (call: LocalCall) => void | Promise<void> = () => {};
  readonly #rows = new Map<string, Row>();
  #state: SyncState | null = null;
  #clock = 0;
  readonly #deleted: string[] = [];

  constructor(calendarId = "calendar-1") {
    this.calendarId = calendarId;
  }

  /* What a user does. */

  createLocally(name: string, text: string): void {
    this.#rows.set(name, { ...this.#newRow(name, text), pending: "create", userText: text });
  }

  editLocally(name: string, edit: (text: string) => string): void {
    const row = this.#rowOf(name);
    const visible = row.userText ?? row.serverText;
    if (visible === null || row.pending === "delete") throw new Error(`${name} is not shown`);
    if (row.pending === null) {
      row.pending = "update";
      row.baseText = row.serverText;
    }
    this.#keepEarlier(row);
    row.userText = edit(visible);
    this.#touch(row);
  }

  /** What was never sent might be on its way just now, so its deletion waits to be confirmed, too. */
  deleteLocally(name: string): void {
    const row = this.#rowOf(name);
    if (row.pending === null) row.baseText = row.serverText;
    if (row.userText !== null) this.superseded.push({ name, text: row.userText });
    this.#keepEarlier(row);
    row.pending = "delete";
    row.userText = null;
    this.#touch(row);
  }

  #keepEarlier(row: Row): void {
    if (row.userText !== null) row.earlierTexts = [...row.earlierTexts, row.userText];
  }

  /** The delete half of a move waits until its create is confirmed. */
  setWaiting(name: string, waiting: boolean): void {
    this.#rowOf(name).waiting = waiting;
  }

  /** What the views show, by name. */
  visible(): Map<string, string> {
    const texts = new Map<string, string>();
    for (const row of this.#rows.values()) {
      const text = row.userText ?? row.serverText;
      if (row.pending !== "delete" && text !== null) texts.set(row.name, text);
    }
    return texts;
  }

  state(): SyncState | null {
    return this.#state;
  }

  setState(state: SyncState | null): void {
    this.#state = state;
  }

  knows(name: string): boolean {
    return this.#rows.has(name);
  }

  pendingNames(): string[] {
    return [...this.#rows.values()].filter((row) => row.pending !== null).map((row) => row.name);
  }

  /* LocalCalendar */

  async getState(): Promise<SyncState | null> {
    await this.#called("getState");
    return this.#state;
  }

  async listResources(): Promise<ResourceRow[]> {
    await this.#called("listResources");
    return [...this.#rows.values()].map(toListed);
  }

  async getResources(names: readonly string[]): Promise<ResourceBody[]> {
    await this.#called("getResources");
    return names.flatMap((name) => {
      const row = this.#rows.get(name);
      if (row === undefined) return [];
      const { serverText, userText } = row;
      return [{ ...toListed(row), serverText, userText, flags: 0 }];
    });
  }

  async getPending(names?: readonly string[]): Promise<PendingChange[]> {
    await this.#called("getPending");
    return [...this.#rows.values()]
      .filter((row) => names === undefined || names.includes(row.name))
      .flatMap((row) => (row.pending === null ? [] : [{ ...row, kind: row.pending }]))
      .sort((a, b) => a.changedAt - b.changedAt);
  }

  async batch(
    operations: readonly BatchOperation[],
    options: { state?: SyncState; notify?: boolean },
  ): Promise<BatchResult> {
    await this.#called("batch");
    const result = { added: 0, updated: 0, removed: 0, unchanged: 0, pending: [] as string[] };
    for (const operation of operations) this.#apply(operation, result);
    if (options.state !== undefined) this.#state = structuredClone(options.state);
    if (options.notify ?? true) this.loads++;
    return result;
  }

  #apply(
    operation: BatchOperation,
    result: {
      added: number;
      updated: number;
      removed: number;
      unchanged: number;
      pending: string[];
    },
  ): void {
    const row = this.#rows.get(operation.name);
    if (operation.kind === "remove") {
      if (row === undefined || row.serverText === null) return;
      result.removed++;
      this.#supersede(row, row.serverText);
      if (row.pending === null) this.#rows.delete(row.name);
      else {
        row.serverText = null;
        row.metadata = null;
        result.pending.push(row.name);
      }
      return;
    }
    if (operation.kind === "metadata") {
      if (row !== undefined) row.metadata = operation.metadata;
      return;
    }
    const { name, text, metadata } = operation;
    if (row === undefined) {
      this.#rows.set(name, { ...this.#newRow(name, text), serverText: text, metadata });
      result.added++;
      return;
    }
    const isSame = row.serverText === text;
    if (isSame && JSON.stringify(row.metadata) === JSON.stringify(metadata)) {
      result.unchanged++;
      return;
    }
    if (row.serverText !== null && !isSame) this.#supersede(row, row.serverText);
    if (row.serverText === null && row.pending === null) result.added++;
    else result.updated++;
    row.serverText = text;
    row.metadata = metadata;
    row.uid = uidOf(text);
    if (row.pending !== null) result.pending.push(name);
    else row.revision = ++this.#clock;
  }

  async settle(name: string, revision: number, settlement: Settlement): Promise<SettleResult> {
    await this.#called("settle");
    const row = this.#rows.get(name);
    if (row === undefined || row.pending === null) return { applied: false, pending: null };
    const isCurrent = row.revision === revision;
    if (settlement.kind === "stored") this.#settleStored(row, isCurrent, settlement);
    else if (settlement.kind === "removed") this.#settleRemoved(row, isCurrent);
    else if (isCurrent) {
      if (settlement.conflict !== undefined) this.conflicts.push({ ...settlement.conflict, name });
      if (settlement.kind === "merged") {
        if (row.userText !== null) this.#supersede(row, row.userText);
        row.userText = settlement.text;
        row.earlierTexts = [];
        row.baseText = row.serverText;
        if (row.serverText !== null) row.pending = "update";
        this.#touch(row);
      } else if (settlement.kind === "refused") {
        row.attempts++;
        row.lastError = settlement.error;
      } else {
        if (row.userText !== null) this.#supersede(row, row.userText);
        this.#clearPending(row);
        if (row.serverText === null) this.#rows.delete(name);
      }
    }
    const current = this.#rows.get(row.name);
    return { applied: isCurrent, pending: current?.pending ?? null };
  }

  async stage(operations: readonly StageOperation[]): Promise<string[]> {
    for (const operation of operations) {
      const shown = this.visible().has(operation.name);
      if (operation.kind === "delete") {
        if (shown) this.deleteLocally(operation.name);
      } else if (operation.kind === "undelete") this.#undelete(operation.name, operation.text);
      else if (shown) this.editLocally(operation.name, () => operation.text);
      else this.createLocally(operation.name, operation.text);
    }
    return [];
  }

  #undelete(name: string, text: string): void {
    const row = this.#rows.get(name);
    if (row === undefined || row.serverText === null) {
      if (row === undefined || row.pending === "delete") this.createLocally(name, text);
    } else if (row.pending === "delete") this.#clearPending(row);
  }

  /** Without a time of its own: all of them. */
  async listSuperseded(): Promise<SupersededVersion[]> {
    return this.superseded
      .map(({ name, text }, id) => ({
        id,
        calendarId: this.calendarId,
        name,
        uid: uidOf(text),
        text,
        reason: "sync",
        supersededAt: 0,
      }))
      .reverse();
  }

  async countDeletions(_since: number, except: readonly string[] = []): Promise<DeletionCounts> {
    const rows = [...this.#rows.values()];
    const isCounted = (name: string): boolean => !except.includes(name);
    return {
      pending: rows.filter(
        ({ name, pending, moved }) => pending === "delete" && !moved && isCounted(name),
      ).length,
      confirmed: this.#deleted.filter(isCounted).length,
      onServer: rows.filter(({ serverText }) => serverText !== null).length,
    };
  }

  #settleStored(
    row: Row,
    isCurrent: boolean,
    settlement: Extract<Settlement, { kind: "stored" }>,
  ): void {
    const { newName, text, metadata } = settlement;
    if (newName !== undefined) {
      const taken = this.#rows.get(newName);
      if (taken?.serverText != null) this.#supersede(taken, taken.serverText);
      this.#rows.delete(row.name);
      row.name = newName;
      this.#rows.set(newName, row);
    } else if (row.serverText !== null && row.serverText !== text) {
      this.#supersede(row, row.serverText);
    }
    row.serverText = text;
    row.metadata = metadata;
    row.uid = uidOf(text);
    if (isCurrent) {
      if (row.userText !== null && row.userText !== text) this.#supersede(row, row.userText);
      this.#clearPending(row);
      return;
    }
    // The newer edit was made of what has just been sent.
    row.baseText = text;
    row.earlierTexts = [];
    if (row.pending === "create") row.pending = "update";
  }

  #settleRemoved(row: Row, isCurrent: boolean): void {
    if (row.serverText !== null) this.#supersede(row, row.serverText);
    if (isCurrent) {
      if (row.userText !== null) this.#supersede(row, row.userText);
      this.#rows.delete(row.name);
      this.#deleted.push(row.name);
      return;
    }
    row.serverText = null;
    row.baseText = null;
    row.earlierTexts = [];
    row.metadata = null;
    if (row.pending === "update") row.pending = "create";
  }

  #clearPending(row: Row): void {
    row.pending = null;
    row.userText = null;
    row.baseText = null;
    row.earlierTexts = [];
    row.attempts = 0;
    row.lastError = null;
    row.revision = ++this.#clock;
  }

  #supersede(row: Row, text: string): void {
    this.superseded.push({ name: row.name, text });
  }

  #touch(row: Row): void {
    row.revision = ++this.#clock;
    row.changedAt = this.#clock;
    row.attempts = 0;
  }

  #newRow(name: string, text: string): Row {
    const revision = ++this.#clock;
    return {
      name,
      uid: uidOf(text),
      metadata: null,
      serverText: null,
      userText: null,
      baseText: null,
      pending: null,
      revision,
      changedAt: revision,
      attempts: 0,
      lastError: null,
      earlierTexts: [],
      waiting: false,
      moved: false,
    };
  }

  #rowOf(name: string): Row {
    const row = this.#rows.get(name);
    if (row === undefined) throw new Error(`no row ${name}`);
    return row;
  }

  async #called(call: LocalCall): Promise<void> {
    this.calls.push(call);
    await this.intercept(call);
  }
}

const toListed = (row: Row): ResourceRow => ({
  name: row.name,
  uid: row.uid,
  metadata: row.metadata,
  revision: row.revision,
  pending: row.pending,
  onServer: row.serverText !== null,
});
