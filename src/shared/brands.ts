/**
 * Branded strings: values of different meaning that travel together and must not be swapped.
 * ETags, schedule tags and sync tokens are opaque (RFC 9110 §8.8.3, RFC 6638 §3.2.10, RFC 6578 §4):
 * they are stored and sent back exactly as they came.
 */
declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** An absolute URL, or an absolute path, of a WebDAV resource as the server wrote it (RFC 4918 §8.3). */
export type Href = Brand<"Href">;
/** An entity tag with its quotes, `W/` and all; some servers send it unquoted, and so it is kept. */
export type ETag = Brand<"ETag">;
/** A schedule tag (RFC 6638 §3.2.10), kept like an {@link ETag}. */
export type ScheduleTag = Brand<"ScheduleTag">;
/** A sync token (RFC 6578 §4). */
export type SyncToken = Brand<"SyncToken">;
/** The UID shared by all components of one calendar object resource (RFC 4791 §4.1). */
export type Uid = Brand<"Uid">;
/** Thunderbird's id of a calendar. */
export type CalendarId = Brand<"CalendarId">;
/** A resource's name within its calendar: the percent-decoded last segment of its href. */
export type ResourceName = Brand<"ResourceName">;

/** Marks a plain string as one of the brands. The only cast: call it where the value enters. */
export function brandAs<T extends Brand<string>>(value: string): T {
  return value as T;
}
