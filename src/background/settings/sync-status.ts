/**
 * How the last sync of each calendar ended, for the options page after the background was suspended.
 * Losing this loses nothing: what a sync stands on (tokens, pending changes) lies in the item store.
 */
import * as v from "valibot";
import type { WireError } from "../../shared/errors.ts";
import type { ValueShape } from "./stored-value.ts";

/** Codes come from other versions of the add-on too, so any string is accepted as one. */
export const StoredWireError = v.object({
  code: v.string() as unknown as v.GenericSchema<unknown, WireError["code"]>,
  message: v.string(),
  hint: v.string(),
  details: v.record(v.string(), v.unknown()),
});

const StoredSyncStatus = v.record(
  v.string(),
  v.object({
    time: v.number(),
    error: v.nullable(StoredWireError),
    /** Kinds of changes that were held back when that was last known; the user was told of each. Absent without. */
    held: v.exactOptional(v.array(v.string())),
    /** Failures in a row that are likely to pass; absent without. */
    failing: v.exactOptional(
      v.object({
        /** Of the first one. */
        since: v.number(),
        count: v.number(),
        /** How long it has lasted while this computer was running, as far as attempts tell. */
        lastingMs: v.number(),
        /** When it is tried again by itself; `null`: with the next synchronization. */
        nextTry: v.nullable(v.number()),
        /** True once it has lasted so long that the user should know. */
        isLasting: v.boolean(),
      }),
    ),
  }),
);

/** By Thunderbird's calendar id. */
export type StoredSyncStatus = v.InferOutput<typeof StoredSyncStatus>;
export type CalendarStatus = StoredSyncStatus[string];

export const syncStatusShape: ValueShape<StoredSyncStatus> = {
  key: "syncStatus",
  schema: StoredSyncStatus,
  migrations: [],
  initial: () => ({}),
};
