/**
 * A calendar of the item store as the sync engine sees it, over `messenger.calendar.provider` and `items.batch`.
 * Large arguments and results cross as JSON strings of a few hundred items, so that the parent process is never
 * busy with one of them for long. Decides nothing.
 */
import { AppError } from "../../shared/errors.ts";
import type {
  BatchOperation,
  BatchResult,
  DeletionCounts,
  PendingChange,
  ResourceBody,
  ResourceRow,
  Settlement,
  SettleResult,
  StageOperation,
  SupersededVersion,
} from "../../shared/item-store.ts";
import type { LocalCalendar, SyncState } from "../sync/ports.ts";
import { encodeSyncState, parseSyncState } from "../sync/sync-state.ts";

/** The part of the experiment that is called here, so that tests can stand in for it. */
export interface ItemStoreApi {
  getState(cacheId: string): Promise<unknown>;
  listResources(cacheId: string): Promise<string>;
  getResources(cacheId: string, options: { names?: string[] }): Promise<string>;
  getPending(cacheId: string, names?: string[]): Promise<string>;
  settle(cacheId: string, name: string, revision: number, settlement: string): Promise<string>;
  batch(
    cacheId: string,
    operations: string,
    options?: { state?: unknown; notify?: boolean },
  ): Promise<string>;
  stage(cacheId: string, operations: string, reason: string): Promise<string[]>;
  listSuperseded(cacheId: string, options: { since: number; limit: number }): Promise<string>;
  countDeletions(cacheId: string, since: number, except: string[]): Promise<DeletionCounts>;
}

const MOST_ITEMS = 300;
/** In UTF-16 units: a few events with embedded attachments are a batch of their own. */
const LONGEST_TEXT = 4_000_000;

/** Kept by the store for as long as it takes; of a mass change all are asked for. */
const MOST_VERSIONS = 1_000_000;

export class MessengerCalendar implements LocalCalendar {
  readonly calendarId: string;
  readonly #api: ItemStoreApi;
  readonly #cacheId: string;

  /** @param ids Thunderbird's id of the calendar, and the id that addresses its server side */
  constructor(api: ItemStoreApi, ids: { readonly calendarId: string; readonly cacheId: string }) {
    this.#api = api;
    this.#cacheId = ids.cacheId;
    this.calendarId = ids.calendarId;
  }

  async getState(): Promise<SyncState | null> {
    return parseSyncState(await this.#api.getState(this.#cacheId));
  }

  async listResources(): Promise<ResourceRow[]> {
    return readArray<ResourceRow>(await this.#api.listResources(this.#cacheId));
  }

  async getResources(names: readonly string[]): Promise<ResourceBody[]> {
    const bodies: ResourceBody[] = [];
    for (let start = 0; start < names.length; start += MOST_ITEMS) {
      const some = names.slice(start, start + MOST_ITEMS);
      const json = await this.#api.getResources(this.#cacheId, { names: some });
      bodies.push(...readArray<ResourceBody>(json));
    }
    return bodies;
  }

  async getPending(names?: readonly string[]): Promise<PendingChange[]> {
    const json =
      names === undefined
        ? await this.#api.getPending(this.#cacheId)
        : await this.#api.getPending(this.#cacheId, [...names]);
    return readArray<PendingChange>(json);
  }

  /** Several transactions when there are many operations; the state goes with the last. */
  async batch(
    operations: readonly BatchOperation[],
    options: { state?: SyncState; notify?: boolean },
  ): Promise<BatchResult> {
    const parts = split(operations);
    const last = parts.pop() ?? [];
    const results: BatchResult[] = [];
    for (const part of parts) results.push(await this.#send(part, { notify: false }));
    const { state, notify = true } = options;
    results.push(
      await this.#send(
        last,
        state === undefined ? { notify } : { notify, state: encodeSyncState(state) },
      ),
    );
    return results.reduce(sum);
  }

  async settle(name: string, revision: number, settlement: Settlement): Promise<SettleResult> {
    const json = await this.#api.settle(this.#cacheId, name, revision, JSON.stringify(settlement));
    return JSON.parse(json) as SettleResult;
  }

  async stage(operations: readonly StageOperation[], reason: string): Promise<string[]> {
    const left: string[] = [];
    for (let start = 0; start < operations.length; start += MOST_ITEMS) {
      const some = operations.slice(start, start + MOST_ITEMS);
      left.push(...(await this.#api.stage(this.#cacheId, JSON.stringify(some), reason)));
    }
    return left;
  }

  async listSuperseded(since: number): Promise<SupersededVersion[]> {
    const options = { since, limit: MOST_VERSIONS };
    return readArray(await this.#api.listSuperseded(this.#cacheId, options));
  }

  countDeletions(since: number, except: readonly string[] = []): Promise<DeletionCounts> {
    return this.#api.countDeletions(this.#cacheId, since, [...except]);
  }

  async #send(
    operations: readonly BatchOperation[],
    options: { state?: unknown; notify: boolean },
  ): Promise<BatchResult> {
    const json = await this.#api.batch(this.#cacheId, JSON.stringify(operations), options);
    return JSON.parse(json) as BatchResult;
  }
}

function readArray<T>(json: string): T[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) {
    throw new AppError("item-store", "The calendar's data in Thunderbird could not be read.", {
      hint: "Nothing was changed. Restart Thunderbird; if it stays, send the diagnostics report.",
    });
  }
  return value as T[];
}

function split(operations: readonly BatchOperation[]): (readonly BatchOperation[])[] {
  const parts: BatchOperation[][] = [];
  let part: BatchOperation[] = [];
  let length = 0;
  for (const operation of operations) {
    const own = operation.kind === "put" ? operation.text.length : 0;
    if (part.length >= MOST_ITEMS || (part.length > 0 && length + own > LONGEST_TEXT)) {
      parts.push(part);
      part = [];
      length = 0;
    }
    part.push(operation);
    length += own;
  }
  return [...parts, part];
}

const sum = (a: BatchResult, b: BatchResult): BatchResult => ({
  added: a.added + b.added,
  updated: a.updated + b.updated,
  removed: a.removed + b.removed,
  unchanged: a.unchanged + b.unchanged,
  pending: [...a.pending, ...b.pending],
});
