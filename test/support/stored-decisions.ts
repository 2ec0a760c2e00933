/** What decisions about conflicts need, over a real item store and an engine. */
import type { DecisionDependencies } from "../../src/background/commands/conflict-decisions.ts";
import type { CalendarSync } from "../../src/background/sync/engine.ts";
import { calendarTexts } from "../../src/background/sync/texts.ts";
import type { RowVersion, StageOperation } from "../../src/shared/item-store.ts";
import type { StoreWorld } from "../experiments/calendar/store/store-world.ts";

let ids = 0;

/** @param engine sends what was decided; without one it waits for the next synchronization */
export function decisionsOver(world: StoreWorld, engine?: CalendarSync): DecisionDependencies {
  const { calendarId } = world;
  return {
    calendars: { get: async (id) => ({ id, cacheId: id }) as never },
    provider: {
      listConflicts: () => world.store.listConflicts(calendarId),
      listResources: () => world.store.listResources(calendarId),
      getResources: (_, { names = [] }) => world.store.getResources(calendarId, { names }),
      resolveConflict: (_, id, operations, expected) =>
        world.store.resolveConflict(
          calendarId,
          id,
          JSON.parse(operations) as StageOperation[],
          expected as RowVersion,
        ),
    },
    texts: calendarTexts,
    push: async (_, name) => engine?.push(name, false, new AbortController().signal),
    newId: () => `decided-${++ids}`,
  };
}
