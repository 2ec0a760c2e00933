/** Every member of a collection as the server lists it: by a collection sync without a token, else by PROPFIND. */
import type { SyncToken } from "../../shared/brands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type { CollectionStatus, RemoteCollection, RemoteMember } from "./ports.ts";

export interface Listing {
  readonly members: readonly RemoteMember[];
  /** What to ask for changes with from now on; both `null` where the server has neither. */
  readonly token: SyncToken | null;
  readonly ctag: string | null;
}

/** @param status read before the listing: what changes in between is found by the next run */
export async function listEverything(
  remote: RemoteCollection,
  status: CollectionStatus,
  signal: AbortSignal,
): Promise<Listing> {
  const reported = status.syncToken === null ? undefined : await listByReport(remote, signal);
  if (reported !== undefined) return { ...reported, ctag: null };
  return { members: await remote.list(signal), token: null, ctag: status.ctag };
}

/** A collection sync without a token lists every member (RFC 6578 §3.4); `undefined` where it does not work. */
async function listByReport(
  remote: RemoteCollection,
  signal: AbortSignal,
): Promise<{ members: RemoteMember[]; token: SyncToken | null } | undefined> {
  const members = new Map<string, RemoteMember>();
  let token: SyncToken | null = null;
  try {
    for (;;) {
      const page = await remote.changesSince(token, signal);
      for (const member of page.changed) members.set(member.name, member);
      for (const name of page.removed) members.delete(name);
      if (!page.more) return { members: [...members.values()], token: page.token };
      if (page.token === null || page.token === token) throw endlessPages();
      token = page.token;
    }
  } catch (error) {
    if (isAppError(error, "sync-token-invalid", "unsupported", "protocol")) return undefined;
    throw error;
  }
}

export const endlessPages = (): AppError =>
  new AppError("protocol", "The server announces more changes but does not go on.", {
    hint: "Nothing was lost. The calendar is synchronized again later.",
    retry: "later",
  });
