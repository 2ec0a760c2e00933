/** A question for properties that a server may refuse as a whole because of one it does not have (Google's do). */
import { isAppError } from "../../shared/errors.ts";
import type { DavClient, Depth } from "../webdav/dav-client.ts";
import type { Multistatus } from "../webdav/multistatus.ts";
import { caldav, dav, type QName } from "../webdav/names.ts";
import { COLLECTION_PROPERTIES, NEEDED_PROPERTIES } from "./properties.ts";

export interface PropertyQuestion {
  readonly all: readonly QName[];
  /** What is asked for where the whole is refused. */
  readonly needed: readonly QName[];
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
  { all, needed }: PropertyQuestion,
  signal: AbortSignal,
): Promise<Multistatus> {
  try {
    return await client.propfind(url, depth, all, signal);
  } catch (error) {
    if (!isAppError(error, "forbidden")) throw error;
    return client.propfind(url, depth, needed, signal);
  }
}
