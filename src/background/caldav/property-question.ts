/**
 * A question for properties that a server may refuse as a whole because of one it does not have (Google), or fail at
 * because of one it cannot work out (DAViCal: the sync token of its root).
 */
import { isAppError } from "../../shared/errors.ts";
import type { DavClient, Depth } from "../webdav/dav-client.ts";
import type { Multistatus } from "../webdav/multistatus.ts";
import { caldav, dav, type QName } from "../webdav/names.ts";
import { COLLECTION_PROPERTIES, NEEDED_PROPERTIES } from "./properties.ts";

export interface PropertyQuestion {
  readonly all: readonly QName[];
  /** What is asked for where the whole is refused. */
  readonly needed: readonly QName[];
  /** Of what is no calendar perhaps: what is asked for where the server fails at the whole. */
  readonly least?: readonly QName[];
}

export const COLLECTIONS: PropertyQuestion = {
  all: COLLECTION_PROPERTIES,
  needed: [...NEEDED_PROPERTIES, dav("displayname"), caldav("supported-calendar-component-set")],
};

/** @throws AppError of the request */
export async function ask(
  client: DavClient,
  url: string,
  depth: Depth,
  { all, needed, least }: PropertyQuestion,
  signal: AbortSignal,
): Promise<Multistatus> {
  try {
    return await client.propfind(url, depth, all, signal);
  } catch (error) {
    if (isAppError(error, "forbidden")) return client.propfind(url, depth, needed, signal);
    if (least === undefined || !failedInside(error)) throw error;
    return client.propfind(url, depth, least, signal);
  }
}

function failedInside(error: unknown): boolean {
  if (!isAppError(error, "http")) return false;
  const { status } = error.details;
  return status === 500;
}
