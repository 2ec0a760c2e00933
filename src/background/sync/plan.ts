/**
 * Decides, without I/O, what a listing or a page of changes asks of a calendar's rows. Names are compared,
 * never hrefs (RFC 4918 §8.3.1 allows several spellings). A row's pending change plays no part: the plan
 * speaks of the server side only, and the item store keeps the user's side apart.
 */
import type { ETag, ResourceName } from "../../shared/brands.ts";
import type { ResourceRow } from "../../shared/item-store.ts";
import type { ChangePage, RemoteMember, RemoteMetadata } from "./ports.ts";
import { parseMetadata, retryDueAt, type Unfetched } from "./sync-state.ts";

/** What is known here of one member's server side. */
export interface KnownMember {
  readonly name: ResourceName;
  readonly metadata: RemoteMetadata | null;
}

export type KnownMembers = ReadonlyMap<string, KnownMember>;

/** The rows whose server side is known; rows that only the user made are left out. */
export function knownMembers(rows: readonly ResourceRow[]): Map<string, KnownMember> {
  const known = new Map<string, KnownMember>();
  for (const row of rows) {
    if (!row.onServer) continue;
    known.set(row.name, { name: row.name as ResourceName, metadata: parseMetadata(row.metadata) });
  }
  return known;
}

export interface Plan {
  /** Bodies to fetch, each name once. */
  readonly fetch: readonly RemoteMember[];
  /** Members whose text is here already. */
  readonly current: readonly ResourceName[];
  /** Members whose text is here but whose href is spelt differently now. */
  readonly relocated: readonly RemoteMember[];
  /** Known here and stated by the server to be gone. */
  readonly stated: readonly ResourceName[];
  /** Known here and absent from a full listing: no statement, needs a direct 404 or 410 each. */
  readonly unlisted: readonly ResourceName[];
}

/**
 * How tags are compared (RFC 9110 §8.8.3.2). Weakly as a rule: a compressed answer to a GET has the weak one of the tag
 * that the server lists. Strictly where the user wants to be sure: a repair fetches whatever the audit looked at.
 */
export type Comparison = "weak" | "strict";

function isCurrent(
  known: KnownMember | undefined,
  etag: ETag | null,
  comparison: Comparison,
): boolean {
  if (etag === null) return false;
  const here = known?.metadata?.etag;
  return comparison === "strict" ? here === etag : opaqueTag(here) === opaqueTag(etag);
}

const opaqueTag = (etag: ETag | null | undefined): string | undefined => etag?.replace(/^W\//, "");

function planMembers(
  known: KnownMembers,
  listed: Iterable<RemoteMember>,
  comparison: Comparison,
): Pick<Plan, "fetch" | "current" | "relocated"> {
  const fetch: RemoteMember[] = [];
  const current: ResourceName[] = [];
  const relocated: RemoteMember[] = [];
  for (const member of listed) {
    const row = known.get(member.name);
    if (!isCurrent(row, member.etag, comparison)) {
      fetch.push(member);
      continue;
    }
    current.push(member.name);
    if (row?.metadata?.href !== member.href) relocated.push(member);
  }
  return { fetch, current, relocated };
}

/** A server may list a member twice; the last line is the newest. */
const byName = (members: readonly RemoteMember[]): Map<string, RemoteMember> =>
  new Map(members.map((member) => [member.name, member]));

/** A listing of every member. */
export function planListing(
  known: KnownMembers,
  listed: readonly RemoteMember[],
  comparison: Comparison = "weak",
): Plan {
  const members = byName(listed);
  const unlisted = [...known.values()]
    .filter((row) => !members.has(row.name))
    .map((row) => row.name);
  return { ...planMembers(known, members.values(), comparison), stated: [], unlisted };
}

/**
 * A page of changes. A name both changed and removed on one page (removed and made again) counts as changed:
 * its body decides.
 */
export function planChanges(
  known: KnownMembers,
  page: Pick<ChangePage, "changed" | "removed">,
): Plan {
  const changed = byName(page.changed);
  const stated = [...new Set(page.removed)].filter((name) => known.has(name) && !changed.has(name));
  return { ...planMembers(known, changed.values(), "weak"), stated, unlisted: [] };
}

/** As few as these are told again after own writes. */
const FEW = 2;

/**
 * True for a list of changes in which most of a calendar did not change: the server has forgotten the token without
 * saying so and tells everything that is there (iCloud, RustiCal), but not what is gone.
 * @param current how many were told although they are here as they are  @param known how many are here
 */
export function tellsEverything(current: number, known: number): boolean {
  return current >= FEW && current >= known / 2;
}

/** The quarantined members whose time has come; all of them when the user asks. */
export function dueRetries(
  unfetched: readonly Unfetched[],
  now: number,
  everything: boolean,
): Unfetched[] {
  return unfetched.filter((member) => everything || retryDueAt(member) <= now);
}
