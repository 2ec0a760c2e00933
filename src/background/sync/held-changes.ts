/**
 * What the mass-change guard holds in a calendar at this moment, and a word that stands for it: the user decides about
 * what was shown, and about nothing that came to it since.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { toHex } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import type { DeletionCounts, PendingChange, ResourceRow } from "../../shared/item-store.ts";
import { isDeletion } from "./deletion-approval.ts";
import { areTooMany, countedDeletions } from "./deletion-guard.ts";
import type { MassChangeKind, SyncState } from "./ports.ts";

/** The part of a calendar that tells it. */
export interface HeldSource {
  getState(): Promise<SyncState | null>;
  listResources(): Promise<readonly ResourceRow[]>;
  getPending(): Promise<readonly PendingChange[]>;
  countDeletions(since: number, except: readonly string[]): Promise<DeletionCounts>;
}

export interface HeldChange {
  readonly kind: MassChangeKind;
  readonly names: readonly ResourceName[];
  /** Of the items and their versions, here and on the server. */
  readonly preview: string;
  /** Of deletions: what waits to be sent. */
  readonly deletions: readonly PendingChange[];
}

/** Only of kinds of which something is held. */
export async function heldChanges(source: HeldSource, now: number): Promise<HeldChange[]> {
  const state = await source.getState();
  const deletions = await heldDeletions(source, state?.approvedDeletions ?? null, now);
  const removals = state?.heldRemovals ?? [];
  const reversals = state?.heldReversals ?? [];
  const rows = new Map<string, ResourceRow>();
  if (removals.length + reversals.length > 0)
    for (const row of await source.listResources()) rows.set(row.name, row);
  const rowFacts = (name: string): Fact => {
    const row = rows.get(name);
    return [row?.revision ?? null, row?.pending ?? null];
  };
  const all = [
    await heldChange(
      "removals",
      removals.map((name) => [name, ...rowFacts(name)]),
    ),
    await heldChange(
      "reversals",
      reversals.map(({ name, etag }) => [name, etag, ...rowFacts(name)]),
    ),
    await heldChange(
      "deletions",
      deletions.map(({ name, revision, metadata }) => [name, revision, JSON.stringify(metadata)]),
      deletions,
    ),
  ];
  return all.filter(({ names }) => names.length > 0);
}

/** @throws AppError "preview-outdated" unless `held` is what was shown */
export function requireShown(held: HeldChange | undefined, preview: string): HeldChange {
  if (held?.preview === preview) return held;
  throw new AppError("preview-outdated", "What waits for your decision has changed since.", {
    hint: "Nothing was done. Look at it as it is now, and decide then.",
    retry: "after-user",
  });
}

type Fact = readonly (string | number | null)[];

async function heldChange(
  kind: MassChangeKind,
  facts: readonly (readonly [name: string, ...Fact])[],
  deletions: readonly PendingChange[] = [],
): Promise<HeldChange> {
  const names = facts.map(([name]) => name as ResourceName);
  const sorted = [...facts].sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = new TextEncoder().encode(JSON.stringify([kind, sorted]));
  const preview = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  return { kind, names, preview, deletions };
}

async function heldDeletions(
  source: HeldSource,
  approval: SyncState["approvedDeletions"],
  now: number,
): Promise<readonly PendingChange[]> {
  const { since, except } = countedDeletions(approval, now);
  const counts = await source.countDeletions(since, except);
  if (counts.pending === 0 || !areTooMany(counts, now)) return [];
  const agreed = new Set<string>(approval?.names);
  return (await source.getPending()).filter((each) => isDeletion(each) && !agreed.has(each.name));
}
