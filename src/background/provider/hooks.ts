/**
 * Thunderbird's calls to the provider: an edit is pushed at once, a synchronization is run. The edit is durable
 * in the item store before a hook hears of it, so a hook has nothing to refuse: it never rejects, answers
 * nothing, and ends by a deadline. While it works the event page is kept awake.
 */
import type { SyncScheduler } from "../sync/scheduler.ts";

interface HookEvent<Callback> {
  addListener(callback: Callback): void;
}
interface HookCalendar {
  readonly id: string;
}
interface HookItem {
  /** The row's name. */
  readonly resource?: string;
}
type ItemHook = (calendar: HookCalendar, item: HookItem) => Promise<void>;

/** The part of `messenger.calendar.provider` that is listened to. */
export interface ProviderEvents {
  readonly onItemCreated: HookEvent<ItemHook>;
  readonly onItemUpdated: HookEvent<ItemHook>;
  readonly onItemRemoved: HookEvent<ItemHook>;
  readonly onSync: HookEvent<
    (calendar: HookCalendar, properties: { readonly type: "manual" | "auto" }) => Promise<void>
  >;
}

/** Keeps the event page from being suspended (`messenger.platform.holdAwake`). */
export interface KeepAwake {
  hold(reason: string): Promise<string>;
  release(lease: string): Promise<void>;
}

export interface HookDependencies {
  readonly events: ProviderEvents;
  readonly scheduler: () => Pick<SyncScheduler, "requestSync" | "pushSoon">;
  readonly awake: KeepAwake;
  /** For an unexpected failure; told without event text. */
  readonly reportBug: (where: string, error: unknown) => void;
  readonly deadlines?: Partial<typeof DEADLINES_MS>;
}

/** How long Thunderbird waits for a hook at most; the work itself may go on, with the page awake. */
const DEADLINES_MS = { item: 90_000, sync: 40 * 60_000 };

/** Registers every listener in the same turn: a suspended event page is woken only for those. */
export function registerHooks(dependencies: HookDependencies): void {
  const { events, scheduler } = dependencies;
  const deadlines = { ...DEADLINES_MS, ...dependencies.deadlines };

  const push: ItemHook = (calendar, item) =>
    attend(dependencies, "push", deadlines.item, async () => {
      const { resource } = item;
      if (resource === undefined) await scheduler().requestSync(calendar.id, "retry");
      else await scheduler().pushSoon(calendar.id, resource);
    });

  events.onItemCreated.addListener(push);
  events.onItemUpdated.addListener(push);
  events.onItemRemoved.addListener(push);
  events.onSync.addListener((calendar, { type }) =>
    attend(dependencies, "sync", deadlines.sync, async () => {
      await scheduler().requestSync(calendar.id, type === "manual" ? "manual" : "poll");
    }),
  );
}

/** Resolves when the work is done, failed, or the deadline has passed. */
async function attend(
  { awake, reportBug }: HookDependencies,
  name: string,
  deadlineMs: number,
  work: () => Promise<void>,
): Promise<void> {
  const whole = keepingAwake(awake, name, work).catch((error: unknown) => reportBug(name, error));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([whole, deadline]);
  clearTimeout(timer);
}

/** The work begins at once: a lease that cannot be had must not keep an edit from being sent. */
async function keepingAwake(
  awake: KeepAwake,
  reason: string,
  work: () => Promise<void>,
): Promise<void> {
  const lease = awake.hold(reason).catch(() => undefined);
  try {
    await work();
  } finally {
    const held = await lease;
    if (held !== undefined) await awake.release(held).catch(() => {});
  }
}
