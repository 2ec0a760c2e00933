/**
 * Sends what waits to be sent in a calendar: one operation at a time a resource, several resources at a time, deletions
 * only as far as the guard lets them go.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { toWire } from "../../shared/errors.ts";
import type { PendingChange } from "../../shared/item-store.ts";
import { forEachBounded } from "./bounded.ts";
import { isDeletion } from "./deletion-approval.ts";
import { agreedDeletions } from "./deletion-guard.ts";
import { heldBack } from "./held-back.ts";
import type { KeyedMutex } from "./keyed-mutex.ts";
import { isNoAnswer } from "./outcome.ts";
import { pushResource } from "./push.ts";
import { isFresh, QuietDeletions, type Wait } from "./quiet-deletions.ts";
import type { PushContext, PushOutcome } from "./resource-push.ts";
import type { SyncProgress } from "./sync-run.ts";

/** Writes under way at a time. */
export const PUSH_WIDTH = 4;

export interface SendOptions {
  /** The user asked: what waits for its time is tried at once. */
  readonly impatient: boolean;
  /** The deletions are known to be all there: no others are waited for. */
  readonly areAllThere: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export class Outbox {
  readonly #dependencies: PushContext;
  readonly #mutex: KeyedMutex;
  readonly #quiet: QuietDeletions;
  #holdsBack = false;
  #heldDeletions = 0;

  /** @param wait default: the platform's timer */
  constructor(dependencies: PushContext, mutex: KeyedMutex, wait?: Wait) {
    this.#dependencies = dependencies;
    this.#mutex = mutex;
    this.#quiet = new QuietDeletions(dependencies.local, wait);
  }

  /**
   * Sends what is pending for one resource.
   * @throws AppError when the server gave no usable answer or wants a sign-in; the edit is pending as before
   */
  async push(name: string, impatient: boolean, signal: AbortSignal): Promise<PushOutcome> {
    const { local, now } = this.#dependencies;
    const [change] = await local.getPending([name]);
    if (change !== undefined && isDeletion(change) && !change.waiting) {
      // An old one may be the first of those that the user is deleting now.
      if (isFresh(change, now()) || (!(await this.#isHeld(name)) && (await this.#isDeleting()))) {
        await this.#quiet.come(signal);
      }
      if (await this.#isHeld(name)) {
        return {
          kind: "held",
          error: toWire(heldBack({ removals: 0, reversals: 0, deletions: 1 })),
        };
      }
    }
    return this.#push(name, impatient, signal);
  }

  async #isHeld(name: string): Promise<boolean> {
    const { local, now } = this.#dependencies;
    const agreed = await agreedDeletions(local, now());
    return agreed !== null && !agreed.has(name as ResourceName);
  }

  /** True while others may follow the deletions that are pending. */
  async #isDeleting(): Promise<boolean> {
    const { local, now } = this.#dependencies;
    return (await local.getPending()).some((one) => isDeletion(one) && isFresh(one, now()));
  }

  async #push(name: string, impatient: boolean, signal: AbortSignal): Promise<PushOutcome> {
    const outcome = await this.#mutex.run(name, () =>
      pushResource(this.#dependencies, name, impatient, signal),
    );
    if (outcome.kind === "waiting") this.#holdsBack = true;
    return outcome;
  }

  /** True when a change was left waiting, perhaps for the other half of its move. */
  get holdsBack(): boolean {
    return this.#holdsBack;
  }

  /** Deletions that wait for the user's word, as {@link sendPending} met them. */
  get heldDeletions(): number {
    return this.#heldDeletions;
  }

  /**
   * Sends everything pending, without looking at what changed on the server.
   * @throws AppError as {@link push}
   */
  async pushAll(signal: AbortSignal): Promise<void> {
    const options = { impatient: false, areAllThere: false, signal };
    const failure = await this.sendPending(options, () => {});
    if (failure !== undefined) throw failure;
  }

  async #agreedAmong(pending: readonly PendingChange[]): Promise<ReadonlySet<ResourceName> | null> {
    const { local, now } = this.#dependencies;
    return pending.some(({ kind }) => kind === "delete") ? agreedDeletions(local, now()) : null;
  }

  /**
   * Sends everything pending. The server not answering ends the sending but not the run: an item it cannot
   * swallow must not keep others from arriving.
   * @returns why sending ended early
   * @throws AppError of the item store or of sign-in
   */
  async sendPending(options: SendOptions, count: (outcome: PushOutcome) => void): Promise<unknown> {
    const { local, now } = this.#dependencies;
    this.#holdsBack = false;
    const tried = new Set<string>();
    try {
      // A confirmed create releases the delete that is the other half of its move: look again while that happens.
      for (let again = true, isQuiet = options.areAllThere; again; ) {
        again = false;
        const everything = await local.getPending();
        this.#holdsBack ||= everything.some((change) => change.waiting);
        const agreed = await this.#agreedAmong(everything);
        this.#heldDeletions = everything.filter((change) => !mayBeSent(change, agreed)).length;
        const isEarly =
          !isQuiet && everything.some((one) => isDeletion(one) && isFresh(one, now()));
        const pending = everything.filter(
          (change) =>
            !change.waiting &&
            !tried.has(change.name) &&
            mayBeSent(change, agreed) &&
            !(isEarly && isDeletion(change)),
        );
        let sent = 0;
        await forEachBounded(pending, PUSH_WIDTH, async ({ name }) => {
          tried.add(name);
          const outcome = await this.#push(name, options.impatient, options.signal);
          count(outcome);
          if (outcome.kind === "done" && outcome.created) again = true;
          options.onProgress?.({ done: ++sent, total: pending.length, note: "sending" });
        });
        if (!isEarly) continue;
        await this.#quiet.come(options.signal);
        isQuiet = true;
        again = true;
      }
      return undefined;
    } catch (error) {
      if (!isNoAnswer(error) || options.signal.aborted) throw error;
      return error;
    }
  }
}

/** False for a deletion that waits for the user's word. */
function mayBeSent(change: PendingChange, agreed: ReadonlySet<ResourceName> | null): boolean {
  return !isDeletion(change) || agreed === null || agreed.has(change.name as ResourceName);
}
