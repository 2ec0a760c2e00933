/**
 * `messenger.calendar.provider`: what a provider keeps of its own calendars, over the item store. Rows, batches
 * and changes cross as JSON text, as they come from SQLite and go to it.
 */
import { AppError } from "../../shared/errors.ts";
import type { Settlement, StageOperation } from "../../shared/item-store.ts";
import { existing } from "./calendars-api.ts";
import { extensionError } from "./extension-error.ts";
import type { ItemStore } from "./store/item-store.ts";

export interface ProviderPort {
  readonly ownType: string;
  store(): Promise<ItemStore>;
}

interface ResourceOptions {
  readonly names?: readonly string[] | null;
  readonly after?: string | null;
  readonly limit?: number | null;
}

interface SupersededOptions {
  readonly uid?: string | null;
  readonly limit?: number | null;
}

export function createProviderApi(port: ProviderPort) {
  /** The id of the own calendar that a cacheId (or its id) stands for. */
  function own(cacheId: string): string {
    const calendar = existing(cacheId);
    if (calendar.type !== port.ownType) {
      throw extensionError("Only the add-on's own calendars have a server side.");
    }
    return calendar.id;
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

    async stage(cacheId: string, operations: string, reason: string): Promise<void> {
      const calendarId = own(cacheId);
      const parsed = parseJson<StageOperation[]>(operations, "operations");
      await (await port.store()).stage(calendarId, parsed, reason);
    },

    async listConflicts(cacheId: string): Promise<string> {
      const calendarId = own(cacheId);
      return (await port.store()).listConflicts(calendarId);
    },

    async listSuperseded(cacheId: string, options: SupersededOptions | null): Promise<string> {
      const calendarId = own(cacheId);
      return (await port.store()).listSuperseded(calendarId, {
        uid: options?.uid ?? undefined,
        limit: options?.limit ?? undefined,
      });
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
