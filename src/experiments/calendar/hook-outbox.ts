/**
 * Sends the edits of providers that only answer hooks: each pending change is offered to the add-on's listeners, one
 * at a time a row, and what they answer becomes the row's server side. An edit is durable before it is offered and
 * stays pending, with the reason, until a listener has taken it: it is offered again with each synchronization.
 *
 * Providers with an outbox engine of their own (`calendar_provider.outbox: "provider"`) do without this.
 */
import { scanColumns } from "../../shared/ical/scan.ts";
import { ITEM_FLAG, type PendingChange, type Settlement } from "../../shared/item-store.ts";
import { errorKind } from "./error-kind.ts";
import { deadline } from "./gecko-modules.ts";
import {
  type HookAnswer,
  type HookErrorCode,
  type HookOutcome,
  mergeMetadata,
  readHookResults,
} from "./hook-results.ts";
import { isInvitationChange } from "./invitation-mark.ts";
import type { EditEvents, HookItem } from "./page-events.ts";
import { nextStep, type PendingStep } from "./pending-step.ts";
import { parseItems, settleItem } from "./resource-items.ts";
import { rowNameFor } from "./row-name.ts";
import type { ItemStore } from "./store/item-store.ts";
import { type ItemProperties, readItemText } from "./wire-item.ts";

export interface OutboxPort extends EditEvents {
  store(): Promise<ItemStore>;
  /** Nothing can reach the service now: changes wait without being offered. */
  isOffline(calendar: calICalendar): boolean;
  /** A synchronization may tell what the service has instead. */
  requestSync(calendar: calICalendar): void;
  /** Why a row's change was not taken; `null`: it was. */
  report(calendar: calICalendar, name: string, code: SendFailure | null): void;
}

export type SendFailure = HookErrorCode | "NO_LISTENER" | "TIMEOUT" | "UNREADABLE_ANSWER";

/** How an offer comes about. */
interface Offer {
  readonly offline: boolean;
  readonly afterSync: boolean;
  readonly force: boolean;
}

const LIVE: Offer = { offline: false, afterSync: false, force: false };
/** A listener that has not answered by then has failed; its change is offered again. */
const LONGEST_ANSWER_MS = 5 * 60_000;
/** How often a row may move on within one offer. */
const MOST_STEPS = 16;

export class HookOutbox {
  readonly #port: OutboxPort;
  /** Rows in work, and whether they were asked for again meanwhile. */
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>();
  /** Calendars with deletes that wait for a create elsewhere. */
  readonly #waiting = new Map<string, calICalendar>();
  /** Ids that the service replaced in this session, with those it gave. */
  readonly #renamed = new Map<string, string>();
  #state: "running" | "stopped" = "running";

  constructor(port: OutboxPort) {
    this.#port = port;
  }

  /** The user's edit of a row was stored. Returns at once. */
  offer(calendar: calICalendar, name: string): void {
    void this.#send(calendar, name, LIVE);
  }

  /** The id that the service gave an item; the same for all others. */
  currentId(calendarId: string, uid: string): string {
    return this.#renamed.get(`${calendarId}\n${uid}`) ?? uid;
  }

  /** Offers one change again, whatever was answered before. @param force see `HookOptions.force` */
  async retry(calendar: calICalendar, name: string, force: boolean): Promise<void> {
    // An offer under way knows nothing of `force`.
    await this.#running.get(`${calendar.id}\n${name}`)?.done;
    await this.#send(calendar, name, { offline: true, afterSync: true, force });
  }

  /**
   * Offers what is pending, oldest first: before a synchronization what can be sent without one, after it the rest.
   */
  async replay(calendar: calICalendar, afterSync: boolean): Promise<void> {
    for (const { name } of await this.#pending(calendar.id)) {
      if (this.#state === "stopped") return;
      await this.#send(calendar, name, { offline: true, afterSync, force: false });
    }
  }

  /** Ends new offers; those under way end with the page. */
  stop(): void {
    this.#state = "stopped";
  }

  /** Never rejects. A row that is in work already is looked at once more afterwards. */
  #send(calendar: calICalendar, name: string, offer: Offer): Promise<void> {
    const key = `${calendar.id}\n${name}`;
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.again = true;
      return running.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    this.#running.set(key, entry);
    entry.done = this.#drain(calendar, name, offer, () => {
      const { again } = entry;
      entry.again = false;
      return again;
    })
      .catch((error: unknown) => {
        console.error(
          `A change of the calendar ${calendar.id} could not be sent: ${errorKind(error)}`,
        );
      })
      .finally(() => this.#running.delete(key));
    return entry.done;
  }

  async #drain(
    calendar: calICalendar,
    name: string,
    offer: Offer,
    wasAskedAgain: () => boolean,
  ): Promise<void> {
    for (let count = 0; count < MOST_STEPS; count++) {
      if (this.#state === "stopped") return;
      const [change] = await this.#pending(calendar.id, [name]);
      if (change === undefined) return;
      if (change.waiting) this.#waiting.set(calendar.id, calendar);
      const step = nextStep(change, offer.afterSync);
      if (step.kind === "wait") return;
      if (step.kind === "settle") {
        await this.#settle(calendar, change, step.settlement);
        continue;
      }
      if (this.#port.isOffline(calendar)) return;
      const failure = await this.#ask(calendar, change, step, offer);
      this.#port.report(calendar, name, failure);
      if (failure === "CONFLICT" && !offer.afterSync) this.#port.requestSync(calendar);
      if (failure !== null && !wasAskedAgain()) return;
    }
  }

  /** @returns why the change is still pending */
  async #ask(
    calendar: calICalendar,
    change: PendingChange,
    step: Extract<PendingStep, { kind: "ask" }>,
    offer: Offer,
  ): Promise<SendFailure | null> {
    const outcome = await this.#outcomeOf(calendar, change, step, offer);
    const answer = await this.#settlementOf(calendar.id, change, step, outcome);
    if (typeof answer === "string") {
      const error = { code: answer === "CONFLICT" ? "conflict" : "refused", hook: answer };
      await this.#settle(calendar, change, { kind: "refused", error });
      return answer;
    }
    await this.#settle(calendar, change, answer);
    return null;
  }

  async #outcomeOf(
    calendar: calICalendar,
    change: PendingChange,
    step: Extract<PendingStep, { kind: "ask" }>,
    { offline, force }: Offer,
  ): Promise<HookOutcome | "TIMEOUT"> {
    const item = this.#itemOf(calendar, change, step.text);
    const { oldText } = step;
    const invitation =
      change.userText !== null && isInvitationChange(() => oldText, change.userText);
    const options = { invitation, offline, force };
    const { itemCreated, itemUpdated, itemRemoved } = this.#port;
    const limit = deadline(LONGEST_ANSWER_MS, () => new Error("no answer in time"));
    try {
      const results = await Promise.race([
        limit.expired,
        step.hook === "created"
          ? itemCreated.emit(calendar, item, options)
          : step.oldText === null
            ? itemRemoved.emit(calendar, item, options)
            : itemUpdated.emit(
                calendar,
                item,
                this.#itemOf(calendar, change, step.oldText),
                options,
              ),
      ]);
      return readHookResults(results);
    } catch {
      return "TIMEOUT";
    } finally {
      limit.clear();
    }
  }

  async #settlementOf(
    calendarId: string,
    change: PendingChange,
    step: Extract<PendingStep, { kind: "ask" }>,
    outcome: HookOutcome | "TIMEOUT",
  ): Promise<Settlement | SendFailure> {
    if (outcome === "TIMEOUT") return outcome;
    if (outcome.kind === "unanswered") return "NO_LISTENER";
    if (outcome.kind === "refused") return outcome.code;
    if (step.hook === "removed") return { kind: "removed" };
    if (step.hook === "created") this.#renamed.delete(`${calendarId}\n${change.uid}`);
    const text = textOf(outcome.item, step.text, change.uid);
    if (text === null) return "UNREADABLE_ANSWER";
    const columns = scanColumns(text);
    const { uid, flags } = columns;
    if (uid === null || (flags & ITEM_FLAG.unreadable) !== 0) return "UNREADABLE_ANSWER";
    const metadata = mergeMetadata(change.metadata, outcome.item?.metadata);
    const stored = { kind: "stored", text, metadata, columns } as const;
    if (uid === change.uid) return stored;
    // The service gave the item an id of its own, and may have told of it already.
    this.#renamed.set(`${calendarId}\n${change.uid}`, uid);
    return { ...stored, newName: await rowNameFor(await this.#port.store(), calendarId, uid) };
  }

  async #settle(
    calendar: calICalendar,
    change: PendingChange,
    settlement: Settlement,
  ): Promise<void> {
    const store = await this.#port.store();
    await store.settle(calendar.id, change.name, change.revision, settlement);
    if (change.kind !== "create" || settlement.kind === "refused") return;
    const freed = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of freed) void this.replay(each, false);
  }

  #itemOf(calendar: calICalendar, change: PendingChange, text: string): HookItem {
    const items = parseItems(text);
    const item = items.find(({ id }) => id === change.uid) ?? items[0];
    if (item === undefined) throw new Error("a pending text has no item");
    settleItem(item, calendar);
    return { item, text, resource: change.name, metadata: change.metadata };
  }

  async #pending(calendarId: string, names?: readonly string[]): Promise<PendingChange[]> {
    const json = await (await this.#port.store()).getPending(calendarId, names);
    return JSON.parse(json) as PendingChange[];
  }
}

/** `null` for an answer that cannot be read. */
function textOf(answer: HookAnswer | null, sent: string, uid: string | null): string | null {
  if (answer === null) return sent;
  try {
    return readItemText(answer as ItemProperties, sent, { id: uid ?? "", renamable: true });
  } catch {
    return null;
  }
}
