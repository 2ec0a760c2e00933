/** The real item store (SQLite in memory) as the sync engine's calendar, for scenarios over both. */
import type { LocalCalendar, SyncState } from "../../src/background/sync/ports.ts";
import { encodeSyncState, parseSyncState } from "../../src/background/sync/sync-state.ts";
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
} from "../../src/shared/item-store.ts";
import { type StoreWorld, sides } from "../experiments/calendar/store/store-world.ts";

export class StoredCalendar implements LocalCalendar {
  readonly world: StoreWorld;
  readonly calendarId: string;

  constructor(world: StoreWorld, calendarId = world.calendarId) {
    this.world = world;
    this.calendarId = calendarId;
  }

  async getState(): Promise<SyncState | null> {
    return parseSyncState(JSON.parse(await this.world.store.getState(this.calendarId)));
  }

  listResources(): Promise<ResourceRow[]> {
    return this.world.rows(this.calendarId);
  }

  async getResources(names: readonly string[]): Promise<ResourceBody[]> {
    return JSON.parse(
      await this.world.store.getResources(this.calendarId, { names }),
    ) as ResourceBody[];
  }

  getPending(names?: readonly string[]): Promise<PendingChange[]> {
    return this.world.pending(this.calendarId, names === undefined ? undefined : [...names]);
  }

  batch(
    operations: readonly BatchOperation[],
    options: { state?: SyncState; notify?: boolean },
  ): Promise<BatchResult> {
    const { state, notify } = options;
    return this.world.batch(
      operations,
      {
        ...(state === undefined ? {} : { state: encodeSyncState(state) }),
        ...(notify === undefined ? {} : { notify }),
      },
      this.calendarId,
    );
  }

  settle(name: string, revision: number, settlement: Settlement): Promise<SettleResult> {
    return this.world.store.settle(this.calendarId, name, revision, settlement);
  }

  stage(operations: readonly StageOperation[], reason: string): Promise<string[]> {
    return this.world.store.stage(this.calendarId, operations, reason);
  }

  async listSuperseded(since: number): Promise<SupersededVersion[]> {
    const json = await this.world.store.listSuperseded(this.calendarId, { since });
    return JSON.parse(json) as SupersededVersion[];
  }

  countDeletions(since: number, except?: readonly string[]): Promise<DeletionCounts> {
    return this.world.store.countDeletions(this.calendarId, since, except);
  }

  /* What a user does. */

  async create(uid: string, text: string): Promise<string> {
    const { calendarId } = this;
    return (await this.world.store.insertEdit({ calendarId, uid, ...sides(text) })).name;
  }

  async edit(name: string, change: (text: string) => string): Promise<void> {
    const { calendarId } = this;
    const row = await this.world.store.getByName(calendarId, name);
    if (row === null) throw new Error(`${name} is not shown`);
    await this.world.store.updateEdit({ calendarId, name, ...sides(change(row.text)) });
  }

  async remove(name: string): Promise<void> {
    await this.world.store.deleteEdit({ calendarId: this.calendarId, name });
  }

  /** What the views show, by name. */
  async visible(): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.world.visible(this.calendarId)));
  }
}
