/**
 * Brings what changed on the server into the item store: collection sync (RFC 6578) from the stored token, else a
 * full listing; then bodies, then removals, and in the last batch the new state. The token moves only when
 * everything it stands for is stored or listed as unfetched.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { isAppError } from "../../shared/errors.ts";
import { Download } from "./download.ts";
import { DAY_MS, SEVERAL } from "./guard.ts";
import { mayHideRemovals } from "./hidden-removals.ts";
import { KnownRows } from "./known-rows.ts";
import { endlessPages, listEverything } from "./listing.ts";
import { stopsRun } from "./outcome.ts";
import { dueRetries, type Plan, planChanges, planListing } from "./plan.ts";
import type { CollectionStatus, RemoteMember, SyncState } from "./ports.ts";
import { endPull, type Listed } from "./pull-end.ts";
import { applyBatch, type SyncRun } from "./sync-run.ts";
import { EMPTY_STATE } from "./sync-state.ts";

/** How long held removals rest while the server says that nothing changed. */
const HELD_REST_MS = 60 * 60_000;

/** How often everything is listed although the server tells its changes. */
const LISTING_MS = 7 * DAY_MS;

export interface PullOptions {
  readonly stored: SyncState | null;
  /** Told by the account's PROPFIND; `null`: not known, or older than what this run wrote. */
  readonly status: CollectionStatus | null;
  /** The user asked: quarantined members and held removals are tried at once. */
  readonly impatient: boolean;
  /** Lists everything even if the server says that nothing changed, and takes no tag for another's weak form. */
  readonly listsAll: boolean;
}

/** @returns the state as it is stored now */
export async function pull(run: SyncRun, options: PullOptions): Promise<SyncState> {
  return new Pull(run, options).run();
}

class Pull {
  readonly #run: SyncRun;
  readonly #options: PullOptions;
  readonly #state: SyncState;
  readonly #download: Download;
  #status: CollectionStatus | null;
  #listedAt: number | null;
  readonly #known: KnownRows;

  constructor(run: SyncRun, options: PullOptions) {
    this.#run = run;
    this.#options = options;
    this.#state = options.stored ?? EMPTY_STATE;
    this.#download = new Download(run, this.#state);
    this.#status = options.status;
    this.#listedAt = this.#state.listedAt;
    this.#known = new KnownRows(run.local);
  }

  async run(): Promise<SyncState> {
    const state = this.#state;
    const canAskForChanges = state.token !== null && !state.initial;
    // Without a status, asking for changes costs the same single request.
    if (!canAskForChanges) await this.#currentStatus();
    const isDue = canAskForChanges && this.#run.now() - (state.listedAt ?? 0) > LISTING_MS;
    const listsAll = this.#options.listsAll || isDue;
    const unchanged = !listsAll && this.#status !== null && isUnchanged(state, this.#status);
    const { impatient } = this.#options;
    const due = dueRetries(state.unfetched, this.#run.now(), impatient);
    const rested = this.#run.now() - (state.lastGoodSync ?? 0) > HELD_REST_MS;
    const holds = state.heldRemovals.length + state.heldReversals.length > 0;
    const looksAtHeld = holds && (!unchanged || impatient || rested);
    if (unchanged && due.length === 0 && !looksAtHeld) return state;

    this.#run.onProgress({ done: 0, total: 0, note: "listing" });
    const listed = unchanged
      ? { plan: NOTHING, seen: new Set<string>(), token: state.token, ctag: state.ctag }
      : ((listsAll ? await this.#plainListing() : null) ??
        (await this.#listOrAsk(canAskForChanges)));
    if (listsAll) this.#listedAt = this.#run.now();
    const planned = new Set<string>(listed.plan.fetch.map((member) => member.name));
    const isAlone = ({ name }: RemoteMember): boolean => !planned.has(name);
    const held = looksAtHeld ? state.heldReversals.filter(isAlone) : [];
    await this.#fetch([
      ...this.#withoutResting(listed.plan.fetch),
      ...due.filter((member) => isAlone(member) && this.#isQuarantined(member.name)),
      ...held,
    ]);
    const listedAt = this.#listedAt;
    const pulled = {
      run: this.#run,
      download: this.#download,
      known: this.#known,
      state,
      listedAt,
    };
    return endPull({ ...pulled, stored: this.#options.stored }, listed, looksAtHeld);
  }

  async #listOrAsk(canAskForChanges: boolean): Promise<Listed> {
    if (canAskForChanges) {
      try {
        return await this.#changes();
      } catch (error) {
        if (!isAppError(error, "sync-token-invalid", "unsupported")) throw error;
        // The token is dropped; the same run lists everything (RFC 6578 §3.7).
      }
    }
    return this.#fullListing();
  }

  /**
   * The audit that happens by itself: owes nothing to the server's log of changes, which may have missed some.
   * @returns `null` where it does not work and nobody asked for it
   */
  async #plainListing(): Promise<Listed | null> {
    const { remote, signal } = this.#run;
    const status = await this.#currentStatus();
    try {
      const members = await remote.list(signal);
      const comparison = this.#options.listsAll ? "strict" : "weak";
      const plan = planListing(await this.#known.all(), members, comparison);
      const seen = new Set<string>(members.map((member) => member.name));
      return { plan, seen, token: status.syncToken, ctag: status.ctag };
    } catch (error) {
      if (this.#options.listsAll || stopsRun(error)) throw error;
      return null;
    }
  }

  /** Collection sync from the stored token. */
  async #changes(): Promise<Listed> {
    const { remote, signal } = this.#run;
    const fetch: RemoteMember[] = [];
    const relocated: RemoteMember[] = [];
    const stated: ResourceName[] = [];
    let current = 0;
    const seen = new Set<string>();
    let token = this.#state.token;
    for (;;) {
      const page = await remote.changesSince(token, signal);
      const names = [...page.changed.map((member) => member.name), ...page.removed];
      const plan = planChanges(await this.#known.of(names), page);
      for (const member of page.changed) seen.add(member.name);
      stated.push(...plan.stated);
      relocated.push(...plan.relocated);
      current += plan.current.length;
      for (const name of page.removed) this.#download.forget(name);
      if (!page.more) {
        fetch.push(...plan.fetch);
        if (await mayHideRemovals(this.#run, this.#known, { current, seen, stated })) {
          const listed = await this.#plainListing();
          if (listed !== null) return { ...listed, token: page.token ?? token, ctag: null };
        }
        // A server that gives no token has to be asked from the old one again: repeats cost, losses do not come back.
        return {
          plan: { fetch, current: [], relocated, stated, unlisted: [] },
          seen,
          token: page.token ?? token,
          ctag: null,
        };
      }
      if (page.token === null || page.token === token) throw endlessPages();
      token = page.token;
      await this.#fetch(this.#withoutResting(plan.fetch));
      // An interrupted run goes on from here, unless something this token stands for is not applied yet.
      if (stated.length === 0 && this.#download.isSettled) {
        await applyBatch(this.#run, [], {
          ...this.#state,
          ...this.#download.quarantine(),
          token,
        });
      }
    }
  }

  async #fullListing(): Promise<Listed> {
    const status = await this.#currentStatus();
    const { remote, signal } = this.#run;
    const { members, token, ctag } = await listEverything(remote, status, signal);
    this.#listedAt = this.#run.now();
    const names = new Set<string>(members.map((member) => member.name));
    for (const { name } of this.#state.unfetched) if (!names.has(name)) this.#download.forget(name);
    return {
      plan: planListing(await this.#known.all(), members),
      seen: names,
      token,
      ctag,
    };
  }

  async #fetch(members: readonly RemoteMember[]): Promise<void> {
    const few = members.length < SEVERAL;
    const known = few ? [] : await this.#known.of(members.map((member) => member.name));
    await this.#download.fetch(members, [...known].length);
    if (members.length > 0) this.#known.forget();
  }

  /** Leaves out quarantined members that did not change and whose time has not come. */
  #withoutResting(members: readonly RemoteMember[]): RemoteMember[] {
    const { unfetched } = this.#state;
    const due = dueRetries(unfetched, this.#run.now(), this.#options.impatient);
    const resting = new Map<string, RemoteMember>(unfetched.map((member) => [member.name, member]));
    for (const member of due) resting.delete(member.name);
    return members.filter(({ name, etag }) => {
      const member = resting.get(name);
      return member === undefined || etag === null || member.etag !== etag;
    });
  }

  #isQuarantined(name: string): boolean {
    return this.#download.quarantine().unfetched.some((member) => member.name === name);
  }

  async #currentStatus(): Promise<CollectionStatus> {
    this.#status ??= await this.#run.remote.status(this.#run.signal);
    return this.#status;
  }
}

const NOTHING: Plan = { fetch: [], current: [], relocated: [], stated: [], unlisted: [] };

function isUnchanged(state: SyncState, status: CollectionStatus): boolean {
  if (state.initial) return false;
  if (state.token !== null) return status.syncToken === state.token;
  return status.ctag !== null && status.ctag === state.ctag;
}
