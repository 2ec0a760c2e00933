/**
 * How a provider's edits reach it: told to an engine of its own, which settles them itself, or offered by the
 * {@link HookOutbox} until a listener has taken them. The manifest says which (`calendar_provider.outbox`).
 */
import type { EditHooks } from "./calendar-edits.ts";
import { HookOutbox } from "./hook-outbox.ts";
import { isInvitationChange } from "./invitation-mark.ts";
import type { EditEvents, HookItem } from "./page-events.ts";
import { SendStatus } from "./send-status.ts";
import type { ItemStore, StoredItemWithText } from "./store/item-store.ts";

export interface ProviderOutbox {
  /** False: the page sends what waits by itself, and knows how far its synchronization came. */
  readonly asksListeners: boolean;
  /** Offers what waits: before a synchronization what can go without one, after it the rest. */
  replay(calendar: calICalendar, afterSync: boolean): Promise<void>;
  hooksOf(calendar: calICalendar): EditHooks;
  /** False while nothing can reach the service: a synchronization has to wait. */
  canSync(calendar: calICalendar): boolean;
  /** How a synchronization ended. */
  synchronized(calendar: calICalendar, endedWell: boolean): Promise<void>;
  /** Offers a change again. */
  retry(calendar: calICalendar, name: string, force: boolean): Promise<void>;
  stop(): void;
}

export interface OutboxSources extends EditEvents {
  store(): Promise<ItemStore>;
  requestSync(calendar: calICalendar): void;
}

/** The provider's page keeps account of what is sent: results of listeners are nobody's business here. */
export function toldOutbox({ itemCreated, itemUpdated, itemRemoved }: EditEvents): ProviderOutbox {
  return {
    asksListeners: false,
    async replay() {},
    canSync: () => true,
    async synchronized() {},
    hooksOf: (calendar) => ({
      currentId: (uid) => uid,
      created: (item, row) =>
        void itemCreated.emit(calendar, hookItem(item, row), {
          ...TOLD,
          invitation: isInvitationChange(() => null, row.text),
        }),
      updated: (item, row, old) =>
        void itemUpdated.emit(
          calendar,
          hookItem(item, row),
          { item: old, text: null, resource: row.name },
          { ...TOLD, invitation: isInvitationChange(() => old.icalString, row.text) },
        ),
      removed: (item, row) => void itemRemoved.emit(calendar, hookItem(item, row), TOLD),
    }),
    async retry() {},
    stop() {},
  };
}

const TOLD = { invitation: false, offline: false, force: false } as const;

function hookItem(item: calIItemBase, row: StoredItemWithText): HookItem {
  return { item, text: row.text, resource: row.name };
}

/** Plain listeners, as in the draft: asked for each edit, and again until they have taken it. */
export function askedOutbox(sources: OutboxSources): ProviderOutbox {
  const { itemCreated, itemUpdated, itemRemoved } = sources;
  const status = new SendStatus();
  const isOffline = (calendar: calICalendar) =>
    Services.io.offline && calendar.getProperty("requiresNetwork") !== false;
  const outbox = new HookOutbox({
    itemCreated,
    itemUpdated,
    itemRemoved,
    store: () => sources.store(),
    requestSync: (calendar) => sources.requestSync(calendar),
    isOffline,
    report: (calendar, name, failure) => status.report(calendar, name, failure),
  });
  return {
    asksListeners: true,
    replay: (calendar, afterSync) => outbox.replay(calendar, afterSync),
    canSync: (calendar) => !isOffline(calendar),
    async synchronized(calendar, endedWell) {
      const isPaused = await (await sources.store()).isSendingPaused();
      status.synchronized(calendar, isPaused ? "paused" : endedWell ? null : "failed");
    },
    hooksOf: (calendar) => ({
      currentId: (uid) => outbox.currentId(calendar.id, uid),
      created: (_item, row) => outbox.offer(calendar, row.name),
      updated: (_item, row) => outbox.offer(calendar, row.name),
      removed: (_item, row) => outbox.offer(calendar, row.name),
    }),
    retry: (calendar, name, force) => outbox.retry(calendar, name, force),
    stop: () => outbox.stop(),
  };
}
