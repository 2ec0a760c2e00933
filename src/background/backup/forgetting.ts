/** Removing snapshots, one by one or by a policy, and pinning those that must stay. */
import type {
  CommandArguments,
  CommandValue,
  RemovalReport,
  RetentionPolicy,
} from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { Kloset } from "../kloset/kloset.ts";
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import { REPLACED, SECTIONS } from "./layout.ts";
import { readPins, setPin } from "./pins.ts";
import type { Work } from "./ports.ts";
import { isOfSeries, PARTIAL, type SnapshotSeries, soleSeries } from "./previous-snapshots.ts";
import {
  clockJumped,
  decideRetention,
  keepsNothing,
  keepsSomething,
  type SnapshotFacts,
} from "./retention.ts";
import { heldCalendars } from "./snapshot-calendars.ts";
import { unlessDamaged } from "./unless-damaged.ts";

export interface ForgettingSurroundings {
  /** @throws AppError of the store or its place */
  openStore(signal: AbortSignal): Promise<Kloset>;
  /** The series is that of this profile's snapshots. */
  environment(): Promise<SnapshotSeries & { readonly hostname: string }>;
  /** Replaced versions that these snapshots alone hold are to be written by the next backup again. */
  unmarkSaved(snapshotIds: readonly string[]): Promise<void>;
  readonly now: () => number;
}

export class Forgetting {
  readonly #surroundings: ForgettingSurroundings;
  /**
   * Pins change one after the other: each change reads the file and writes it anew. Removals take their turn, too, so
   * that no pin is set between the last look at them and the removal.
   */
  #pinning: Promise<unknown> = Promise.resolve();

  constructor(surroundings: ForgettingSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * @throws AppError "snapshot-unknown", "snapshot-pinned", "last-snapshot" unless `evenLast` says the second word
   *   for what no other snapshot holds, or nobody can tell,
   *   and those of the store; then nothing is removed
   */
  async remove(
    { snapshotIds, evenLast = false, dryRun = false }: CommandArguments<"snapshots.remove">,
    { signal }: Work,
  ): Promise<Omit<RemovalReport, "onlyHere">> {
    const store = await this.#surroundings.openStore(signal);
    const infos = await store.listSnapshots();
    for (const id of snapshotIds)
      if (!infos.some((info) => info.id === id)) throw unknownSnapshot(id);
    await refusePinned(store, snapshotIds);
    const removed = infos.filter(({ id }) => snapshotIds.includes(id));
    const lastOf = await lostCalendars(store, infos, snapshotIds);
    const unreadable = await damagedOnes(store, snapshotIds, signal);
    if (!dryRun) {
      if (lastOf.length > 0 && !evenLast) throw lastSnapshot(lastOf);
      if (unreadable.length > 0 && !evenLast) throw tooDamaged(unreadable);
      await this.#inTurn(async () => {
        // One may have been pinned while the snapshots were read.
        await refusePinned(store, snapshotIds);
        await this.#remove(store, snapshotIds, signal);
      });
    }
    return { removed: removed.map(brief), lastOf, unreadable };
  }

  /**
   * Only snapshots of this profile are looked at: what others wrote into the store is not ours to judge.
   * @throws AppError "clock-jumped", "bad-argument" for a policy that keeps nothing, and those of the store
   */
  async prune(
    policy: RetentionPolicy,
    dryRun: boolean,
    { signal }: Work,
  ): Promise<CommandValue<"snapshots.prune">> {
    if (!keepsSomething(policy)) throw keepsNothing("policy");
    const store = await this.#surroundings.openStore(signal);
    const all = await store.listSnapshots();
    const series = soleSeries(await this.#surroundings.environment(), all);
    const infos = all.filter((info) => isOfSeries(info, series));
    const facts: Omit<SnapshotFacts, "pinned">[] = [];
    for (const info of infos) facts.push(await factsOf(store, info, signal));
    if (clockJumped(facts, this.#surroundings.now())) throw jumped();
    const { keep, remove } = await this.#inTurn(async () => {
      // Only now: snapshots take seconds to be read, and one may be pinned meanwhile.
      const pins = await readPins(store);
      const decision = decideRetention(
        facts.map((fact) => ({ ...fact, pinned: pins.has(fact.id) })),
        policy,
      );
      if (!dryRun && decision.remove.length > 0) await this.#remove(store, decision.remove, signal);
      return decision;
    });
    const byId = new Map(infos.map((info) => [info.id, info]));
    const describe = (id: string) => brief(byId.get(id) as SnapshotInfo);
    return {
      removed: remove.map(describe),
      kept: keep.map(({ id, reasons }) => ({ ...describe(id), reasons })),
    };
  }

  /** @throws AppError "snapshot-unknown", "store-corrupt", and those of the place */
  pin(args: CommandArguments<"snapshots.pin">, work: Work): Promise<{ pinned: string[] }> {
    return this.#inTurn(() => this.#pin(args, work));
  }

  async #pin(
    { snapshotId, pinned }: CommandArguments<"snapshots.pin">,
    { signal }: Work,
  ): Promise<{ pinned: string[] }> {
    const store = await this.#surroundings.openStore(signal);
    const infos = await store.listSnapshots();
    if (!infos.some(({ id }) => id === snapshotId)) throw unknownSnapshot(snapshotId);
    return { pinned: await setPin(store, snapshotId, pinned) };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#pinning.then(work);
    this.#pinning = result.catch(() => undefined);
    return result;
  }

  async #remove(store: Kloset, ids: readonly string[], signal: AbortSignal): Promise<void> {
    const { hostname } = await this.#surroundings.environment();
    // First: should this end in between, versions are written twice, and none is lost.
    await this.#surroundings.unmarkSaved(ids);
    await store.removeSnapshots(ids, { hostname, signal });
  }
}

/** @throws AppError "snapshot-pinned", "store-corrupt" */
async function refusePinned(store: Kloset, snapshotIds: readonly string[]): Promise<void> {
  const pins = await readPins(store);
  const pinned = snapshotIds.filter((id) => pins.has(id));
  if (pinned.length > 0) throw pinnedSnapshot(pinned);
}

function brief({ id, timestamp, label }: SnapshotInfo) {
  return { id, time: timestamp, label };
}

async function factsOf(
  store: Kloset,
  info: SnapshotInfo,
  signal: AbortSignal,
): Promise<Omit<SnapshotFacts, "pinned">> {
  signal.throwIfAborted();
  return {
    id: info.id,
    time: info.timestamp,
    complete: info.context.get("Incomplete") === "0" && !info.context.has(PARTIAL),
    holds: await held(store, info),
  };
}

async function held(store: Kloset, { id }: SnapshotInfo): Promise<readonly string[] | null> {
  return (await unlessDamaged(async () => heldCalendars(await store.openSnapshot(id)))) ?? null;
}

/** Calendars that no other snapshot holds. One too damaged to tell, or of another program, holds none: see {@link damagedOnes}. */
async function lostCalendars(
  store: Kloset,
  infos: readonly SnapshotInfo[],
  removed: readonly string[],
): Promise<string[]> {
  const lost = new Set<string>();
  for (const info of infos)
    if (removed.includes(info.id))
      for (const path of (await held(store, info)) ?? []) lost.add(path);
  for (const info of infos) {
    if (lost.size === 0) break;
    if (removed.includes(info.id)) continue;
    for (const path of (await held(store, info)) ?? []) lost.delete(path);
  }
  return [...lost].sort((a, b) => (a < b ? -1 : 1));
}

/** Those of which a listing cannot be read: what they alone hold cannot be told. */
async function damagedOnes(
  store: Kloset,
  snapshotIds: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const damaged: string[] = [];
  for (const id of snapshotIds) {
    const isWhole = await unlessDamaged(async () => {
      const snapshot = await store.openSnapshot(id, signal);
      await heldCalendars(snapshot);
      return listsWhole(snapshot);
    });
    if (!isWhole) damaged.push(id);
  }
  return damaged;
}

/** Another program's folders are not walked: they may be anything. @returns true. @throws AppError "store-corrupt", "blob-missing" */
async function listsWhole(snapshot: SnapshotReader): Promise<boolean> {
  const walk = async (directory: string): Promise<void> => {
    for (const { kind, path } of await snapshot.list(directory))
      if (kind === "directory") await walk(path);
  };
  for (const section of [...SECTIONS, REPLACED])
    if ((await snapshot.entryName(`/${section}`)) !== undefined) await walk(`/${section}`);
  return true;
}

function unknownSnapshot(snapshotId: string): AppError {
  return new AppError("snapshot-unknown", "This snapshot is not in the backup store.", {
    hint: "Nothing was removed. It may have been removed by another program. Look at the list of snapshots again.",
    details: { snapshotId },
  });
}

function pinnedSnapshot(snapshotIds: readonly string[]): AppError {
  return new AppError("snapshot-pinned", "A pinned snapshot is not removed.", {
    hint: "Nothing was removed. Take the pin off first.",
    retry: "after-user",
    details: { snapshotIds },
  });
}

function lastSnapshot(calendars: readonly string[]): AppError {
  return new AppError("last-snapshot", "No other snapshot holds some of these calendars.", {
    hint: "Nothing was removed. Confirm that these copies may be given up, or keep them.",
    retry: "after-user",
    details: { calendars },
  });
}

function tooDamaged(snapshotIds: readonly string[]): AppError {
  return new AppError(
    "last-snapshot",
    "Nobody can tell what this snapshot alone holds: it is damaged.",
    {
      hint: "Nothing was removed. Check it to learn what can still be restored, then confirm that it may be given up, or keep it.",
      retry: "after-user",
      details: { snapshotIds },
    },
  );
}

function jumped(): AppError {
  return new AppError(
    "clock-jumped",
    "A snapshot is dated in the future, so nobody can tell which ones are old.",
    {
      hint: "Nothing was removed. Set this computer's clock; if a snapshot was made while it was wrong, remove that one by hand.",
      retry: "after-user",
    },
  );
}
