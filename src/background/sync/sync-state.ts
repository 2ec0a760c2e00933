/**
 * The state of a calendar as it lies in the item store beside the rows it stands for. A state that cannot be
 * read counts as none: then everything is listed anew, which costs time and never data.
 */
import * as v from "valibot";
import type { ETag, Href, ResourceName, SyncToken } from "../../shared/brands.ts";
import type { Json } from "../../shared/item-store.ts";
import type { RemoteMetadata, SyncState } from "./ports.ts";

/** A member listed but not fetched. */
export type Unfetched = SyncState["unfetched"][number];

const branded = <T extends string>() => v.string() as unknown as v.GenericSchema<unknown, T>;

const StoredMember = v.object({
  name: branded<ResourceName>(),
  href: branded<Href>(),
  etag: v.nullable(branded<ETag>()),
  attempts: v.number(),
  reason: v.string(),
  since: v.number(),
});

const StoredState = v.object({
  version: v.literal(1),
  token: v.nullable(branded<SyncToken>()),
  ctag: v.nullable(v.string()),
  initial: v.boolean(),
  unfetched: v.array(StoredMember),
  heldRemovals: v.array(branded<ResourceName>()),
  heldReversals: v.optional(
    v.array(
      v.object({
        name: branded<ResourceName>(),
        href: branded<Href>(),
        etag: v.nullable(branded<ETag>()),
      }),
    ),
    [],
  ),
  approvedDeletions: v.optional(
    v.nullable(v.object({ at: v.number(), names: v.array(branded<ResourceName>()) })),
    null,
  ),
  massChanges: v.optional(
    v.array(
      v.object({
        at: v.number(),
        kind: v.picklist(["removals", "reversals", "deletions"]),
        names: v.array(branded<ResourceName>()),
        taken: v.exactOptional(v.array(v.string())),
        deletedAt: v.exactOptional(v.array(v.number())),
        underWay: v.exactOptional(v.literal(true)),
      }),
    ),
    [],
  ),
  unreadable: v.array(v.object({ name: branded<ResourceName>(), since: v.number() })),
  recentRemovals: v.array(v.object({ at: v.number(), count: v.number() })),
  lastGoodSync: v.nullable(v.number()),
  listedAt: v.optional(v.nullable(v.number()), null),
});

const StoredMetadata = v.object({
  href: branded<Href>(),
  etag: v.nullable(branded<ETag>()),
  scheduleTag: v.nullable(branded<NonNullable<RemoteMetadata["scheduleTag"]>>()),
});

export const EMPTY_STATE: SyncState = {
  version: 1,
  token: null,
  ctag: null,
  initial: true,
  unfetched: [],
  heldRemovals: [],
  heldReversals: [],
  approvedDeletions: null,
  massChanges: [],
  unreadable: [],
  recentRemovals: [],
  lastGoodSync: null,
  listedAt: null,
};

/** `null` for no state, a state of another version, or anything else that cannot be trusted. */
export function parseSyncState(stored: unknown): SyncState | null {
  const parsed = v.safeParse(StoredState, stored);
  return parsed.success ? parsed.output : null;
}

export function encodeSyncState(state: SyncState): Json {
  return { ...state } as unknown as Json;
}

/** What a row knows of the server; `null` before the first answer. */
export function parseMetadata(stored: Json): RemoteMetadata | null {
  const parsed = v.safeParse(StoredMetadata, stored);
  return parsed.success ? parsed.output : null;
}

export function encodeMetadata(metadata: RemoteMetadata): Json {
  return { href: metadata.href, etag: metadata.etag, scheduleTag: metadata.scheduleTag };
}

const FIRST_RETRY_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** When a quarantined member is tried again: after 5 minutes, then twice as long each time, at most a day. */
export function retryDueAt(member: Unfetched): number {
  let due = member.since;
  for (let attempt = 0; attempt < member.attempts; attempt++) {
    const wait = FIRST_RETRY_MS * 2 ** attempt;
    if (wait >= LONGEST_WAIT_MS) return due + LONGEST_WAIT_MS * (member.attempts - attempt);
    due += wait;
  }
  return due;
}

/** True when storing `next` in place of `before` would change nothing but the time of the sync. */
export function sameState(before: SyncState | null, next: SyncState): boolean {
  if (before === null) return false;
  const timeless = (state: SyncState): string =>
    JSON.stringify({ ...state, lastGoodSync: null, listedAt: null });
  return timeless(before) === timeless(next);
}
