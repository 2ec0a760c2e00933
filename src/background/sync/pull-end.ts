/**
 * The end of a pull: decides with the guard what is removed and what goes back in time, and stores that together with
 * the new state, which stands for everything that arrived before.
 */
import type { ResourceName, SyncToken } from "../../shared/brands.ts";
import type { BatchOperation } from "../../shared/item-store.ts";
import type { Download } from "./download.ts";
import { rememberedChanges, withinDay } from "./guard.ts";
import type { KnownRows } from "./known-rows.ts";
import { noteChange } from "./mass-change-list.ts";
import type { Plan } from "./plan.ts";
import type { RemoteMember, SyncState } from "./ports.ts";
import { judgeRemovals } from "./removals.ts";
import { judgeReversals } from "./reversals.ts";
import type { SyncRun } from "./sync-run.ts";
import { encodeMetadata, sameState } from "./sync-state.ts";
import { REMOVED } from "./undo-plan.ts";
import { UnfinishedChanges } from "./unfinished-changes.ts";

/** What a listing of either kind came to. */
export interface Listed {
  readonly plan: Plan;
  /** Every name the server said is there. */
  readonly seen: ReadonlySet<string>;
  readonly token: SyncToken | null;
  readonly ctag: string | null;
}

/** What a pull has come to before its end. */
export interface Pulled {
  readonly run: SyncRun;
  readonly download: Download;
  readonly known: KnownRows;
  /** As it was stored before, or an empty one. */
  readonly state: SyncState;
  readonly stored: SyncState | null;
  readonly listedAt: number | null;
}

/** @param looksAtHeld what the guard holds is decided anew  @returns the state as it is stored now */
export function endPull(pulled: Pulled, listed: Listed, looksAtHeld: boolean): Promise<SyncState> {
  return new PullEnd(pulled).end(listed, looksAtHeld);
}

class PullEnd {
  readonly #pulled: Pulled;

  constructor(pulled: Pulled) {
    this.#pulled = pulled;
  }

  async end(listed: Listed, looksAtHeld: boolean): Promise<SyncState> {
    const { run, download, state } = this.#pulled;
    const { plan } = listed;
    const startedAt = run.now();
    const judged = await judgeReversals(
      run,
      download,
      () => this.#knownBefore(),
      state.massChanges,
    );
    const unfinished = await UnfinishedChanges.read(
      run.local,
      judged.massChanges,
      "removals",
      startedAt,
    );
    const isFresh = (name: ResourceName): boolean => !unfinished.concerns(name);
    let isMass = false;
    const held = looksAtHeld ? state.heldRemovals.filter((name) => !listed.seen.has(name)) : [];
    let remove: readonly ResourceName[] = [];
    let heldRemovals: readonly ResourceName[] = looksAtHeld ? [] : state.heldRemovals;
    if (plan.stated.length + plan.unlisted.length + held.length + download.gone.size > 0) {
      const known = await this.#pulled.known.all();
      const isKnown = (name: ResourceName): boolean => known.has(name);
      const verdict = await judgeRemovals(
        run,
        {
          stated: plan.stated.filter(isKnown),
          confirmed: [...download.gone].filter(isKnown),
          doubtful: [...plan.unlisted, ...held].filter(isKnown),
        },
        known,
        await this.#knownBefore(),
        state.recentRemovals,
        (name) => !isFresh(name),
      );
      await download.keep(verdict.alive);
      remove = verdict.remove;
      heldRemovals = [...new Set([...heldRemovals, ...verdict.held])];
      isMass = verdict.isMass;
      if (isMass) {
        const names = remove.filter(isFresh);
        await noteChange(run.local, { at: startedAt, kind: "removals", names });
      }
      download.gone.clear();
      for (const name of remove) {
        const href = known.get(name)?.metadata?.href;
        if (href !== undefined && run.mutex.usedSince(name, run.startedAt))
          download.contest({ name, href, etag: null });
      }
      remove = remove.filter((name) => !run.mutex.usedSince(name, run.startedAt));
    }
    await download.settleContested();
    remove = [...remove, ...download.gone];
    for (const name of remove) download.forget(name);
    const taken = new Map(remove.map((name) => [name, undefined]));
    const massChanges = unfinished.ended(judged.massChanges, taken);
    const names = remove.filter(isFresh);
    if (isMass && names.length > 0) massChanges.push({ at: startedAt, kind: "removals", names });

    const operations: BatchOperation[] = [
      ...(await this.#relocations(plan.relocated)),
      ...remove.map((name) => ({ kind: "remove", name, reason: REMOVED }) as const),
    ];
    const now = run.now();
    const recent = withinDay(state.recentRemovals, now);
    const next: SyncState = {
      version: 1,
      token: listed.token,
      ctag: listed.ctag,
      initial: false,
      ...download.quarantine(),
      heldRemovals,
      heldReversals: looksAtHeld
        ? judged.heldReversals
        : [...this.#stillHeld(listed.seen), ...judged.heldReversals],
      approvedDeletions: state.approvedDeletions,
      massChanges: rememberedChanges(massChanges, now),
      recentRemovals: remove.length === 0 ? recent : [...recent, { at: now, count: remove.length }],
      lastGoodSync: now,
      listedAt: this.#pulled.listedAt,
    };
    const notify = operations.length > 0 || run.counts.changed > 0;
    if (!notify && !looksAtHeld && sameState(this.#pulled.stored, next)) return state;
    run.counts.take(await run.local.batch(operations, { state: next, notify }));
    run.counts.shown = true;
    return next;
  }

  /** Held, and not listed anew in this run. */
  #stillHeld(seen: ReadonlySet<string>): RemoteMember[] {
    return this.#pulled.state.heldReversals.filter(({ name }) => !seen.has(name));
  }

  async #relocations(members: readonly RemoteMember[]): Promise<BatchOperation[]> {
    if (members.length === 0) return [];
    const { run, known: rows } = this.#pulled;
    const known = await rows.of(members.map((member) => member.name));
    const operations: BatchOperation[] = [];
    for (const { name, href } of members) {
      const metadata = known.get(name)?.metadata;
      if (metadata == null || run.mutex.usedSince(name, run.startedAt)) continue;
      operations.push({ kind: "metadata", name, metadata: encodeMetadata({ ...metadata, href }) });
    }
    return operations;
  }

  /** @returns how many were known before this run: what it brings must not make losses look small */
  async #knownBefore(): Promise<number> {
    const { run, known } = this.#pulled;
    return Math.max(0, (await known.all()).size - run.counts.added);
  }
}
