/**
 * `messenger.calendar.provider`: what a provider keeps of its own calendars, over the item store. Rows, batches
 * and changes cross as JSON text, as they come from SQLite and go to it.
 */
import { AppError } from "../../shared/errors.ts";
import type { RowVersion, Settlement, StageOperation } from "../../shared/item-store.ts";
import { existing } from "./calendars-api.ts";
import type { AdvanceAction } from "./dialogs/creation-panel.ts";
import { extensionError } from "./extension-error.ts";
import type { ItemStore } from "./store/item-store.ts";
import { findCalendar, parseCalendarId } from "./wire-calendar.ts";

export interface ProviderPort {
  readonly ownType: string;
  store(): Promise<ItemStore>;
  /** Tells the page to forget how far it came, then synchronizes. */
  beginAnew(calendar: calICalendar): Promise<void>;
  /** Offers a row's pending change to the listeners again. */
  retry(calendar: calICalendar, name: string, force: boolean): Promise<void>;
}

interface ResourceOptions {
  readonly names?: readonly string[] | null;
  readonly after?: string | null;
  readonly limit?: number | null;
}

interface SupersededOptions {
  readonly uid?: string | null;
  readonly limit?: number | null;
  readonly since?: number | null;
  readonly unsaved?: boolean | null;
  readonly before?: number | null;
  readonly reasons?: readonly string[] | null;
}

/** Thunderbird's dialog for new calendars. */
export interface NewCalendarDialog {
  /** @throws ExtensionError while it is not open */
  setAdvanceAction(action: AdvanceAction): void;
}

export function createProviderApi(port: ProviderPort, dialog: NewCalendarDialog) {
  /** The id of the own calendar that a cacheId (or its id) stands for. */
  function own(cacheId: string): string {
    const calendar = existing(cacheId);
    if (calendar.type !== port.ownType) {
      throw extensionError("Only the add-on's own calendars have a server side.");
    }
    return calendar.id;
  }

  /** The same, and the id of one that was taken off the list, of which versions are kept. */
  async function kept(cacheId: string): Promise<string> {
    const { id } = parseCalendarId(cacheId);
    if (findCalendar(id) === null && (await (await port.store()).isRemoved(id))) return id;
    return own(cacheId);
  }

  return {
    async getState(cacheId: string): Promise<unknown> {
      const calendarId = own(cacheId);
      return JSON.parse(await (await port.store()).getState(calendarId)) as unknown;
    },

    async listResources(cacheId: string): Promise<string> {
      const calendarId = own(cacheId);
      return (await port.store()).listResources(calendarId);
    },

    async getResources(cacheId: string, options: ResourceOptions): Promise<string> {
      const calendarId = own(cacheId);
      const { names, after, limit } = options;
      return (await port.store()).getResources(
        calendarId,
        names != null
          ? { names }
          : { ...(after == null ? {} : { after }), ...(limit == null ? {} : { limit }) },
      );
    },

    async getContentName(cacheId: string): Promise<string | null> {
      const calendarId = own(cacheId);
      return (await port.store()).contentName(calendarId);
    },

    async getPending(cacheId: string, names: readonly string[] | null): Promise<string> {
      const calendarId = own(cacheId);
      return (await port.store()).getPending(calendarId, names ?? undefined);
    },

    async settle(
      cacheId: string,
      name: string,
      revision: number,
      settlement: string,
    ): Promise<string> {
      const calendarId = own(cacheId);
      const answer = parseJson<Settlement>(settlement, "settlement");
      const result = await (await port.store()).settle(calendarId, name, revision, answer);
      return JSON.stringify(result);
    },

    async setAdvanceAction(action: AdvanceAction): Promise<void> {
      dialog.setAdvanceAction(action);
    },

    async resetSync(calendarId: string): Promise<void> {
      await port.beginAnew(existing(own(calendarId)));
    },

    async retry(
      calendarId: string,
      id: string,
      options: { readonly force?: boolean | null } | null,
    ): Promise<boolean> {
      const calendar = existing(own(calendarId));
      const store = await port.store();
      const row = await store.resourceByUid(calendar.id, id);
      if (row === null) throw extensionError(`The calendar has no item with the id "${id}".`);
      if (row.pending !== null) await port.retry(calendar, row.name, options?.force === true);
      return (await store.resourceByUid(calendar.id, id))?.pending == null;
    },

    async stage(cacheId: string, operations: string, reason: string): Promise<string[]> {
      const calendarId = own(cacheId);
      const parsed = parseJson<StageOperation[]>(operations, "operations");
      return (await port.store()).stage(calendarId, parsed, reason);
    },

    async listConflicts(cacheId: string): Promise<string> {
      const calendarId = own(cacheId);
      return (await port.store()).listConflicts(calendarId);
    },

    async resolveConflict(
      cacheId: string,
      id: number,
      operations: string,
      expected: RowVersion,
    ): Promise<boolean> {
      const calendarId = own(cacheId);
      const parsed = parseJson<StageOperation[]>(operations, "operations");
      const { name, revision } = expected;
      const version = { name, revision: revision ?? null };
      return (await port.store()).resolveConflict(calendarId, id, parsed, version);
    },

    async listSuperseded(cacheId: string, options: SupersededOptions | null): Promise<string> {
      const calendarId = await kept(cacheId);
      return (await port.store()).listSuperseded(calendarId, {
        uid: options?.uid ?? undefined,
        limit: options?.limit ?? undefined,
        since: options?.since ?? undefined,
        unsaved: options?.unsaved ?? undefined,
        before: options?.before ?? undefined,
        reasons: options?.reasons ?? undefined,
      });
    },

    async markSnapshotted(cacheId: string, ids: number[], snapshotId: string): Promise<void> {
      const calendarId = await kept(cacheId);
      await (await port.store()).markSnapshotted(calendarId, ids, snapshotId);
    },

    async listRemoved(): Promise<string> {
      return (await port.store()).listRemoved();
    },

    async dismissSuperseded(cacheId: string, ids: number[]): Promise<void> {
      const calendarId = await kept(cacheId);
      await (await port.store()).dismissSuperseded(calendarId, ids);
    },

    async unmarkSnapshotted(snapshotIds: string[] | null): Promise<void> {
      await (await port.store()).unmarkSnapshotted(snapshotIds ?? null);
    },

    async forgetSnapshotted(snapshotIds: string[]): Promise<void> {
      await (await port.store()).forgetSnapshotted(snapshotIds);
    },

    async countDeletions(
      cacheId: string,
      since: number,
      except: readonly string[] | null,
    ): Promise<unknown> {
      const calendarId = own(cacheId);
      return (await port.store()).countDeletions(calendarId, since, except ?? undefined);
    },

    async takeStoreEvents(): Promise<unknown[]> {
      return (await port.store()).takeEvents();
    },

    async isSendingPaused(): Promise<boolean> {
      return (await port.store()).isSendingPaused();
    },

    async resumeSending(): Promise<void> {
      await (await port.store()).resumeSending();
    },
  };
}

function parseJson<T>(text: string, argument: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new AppError("bad-argument", `${argument} is not JSON.`);
  }
}
