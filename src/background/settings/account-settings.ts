/**
 * What is remembered of an account: where it is and which of its calendars are subscribed. No secret is in
 * here; the password lies in Thunderbird's password manager under `origin` and `username`.
 */
import * as v from "valibot";
import type { ValueShape } from "./stored-value.ts";

const Rights = v.object({ add: v.boolean(), change: v.boolean(), remove: v.boolean() });

/** As shared/commands.ts has it. */
const OfferedCalendar = v.object({
  url: v.string(),
  displayName: v.string(),
  color: v.nullable(v.string()),
  components: v.array(v.string()),
  readOnly: v.boolean(),
  rights: Rights,
  description: v.string(),
  relation: v.picklist(["own", "shared", "delegated"]),
  owner: v.nullable(v.string()),
  timeZone: v.nullable(v.string()),
});

const StoredCalendar = v.object({
  /** Thunderbird's id. */
  id: v.string(),
  /** Of the collection on the server, without the fragment that Thunderbird's calendar carries. */
  url: v.string(),
  components: v.array(v.string()),
  /** Whose it is; what a server leaves out of its answers stays. */
  relation: v.optional(v.picklist(["own", "shared", "delegated"]), "own"),
  owner: v.optional(v.nullable(v.string()), null),
  /** What the server said last: only a change of it is followed, so that the user's own choice stays. */
  seen: v.object({
    name: v.nullable(v.string()),
    color: v.nullable(v.string()),
    readOnly: v.boolean(),
    rights: v.optional(Rights, { add: true, change: true, remove: true }),
    description: v.optional(v.string(), ""),
    timeZone: v.optional(v.nullable(v.string()), null),
  }),
  /** What Thunderbird was given last: where it shows something else, that is the user's own choice. */
  given: v.optional(
    v.nullable(
      v.object({
        name: v.string(),
        color: v.nullable(v.string()),
        readOnly: v.boolean(),
        /** Absent: all of them. */
        rights: v.exactOptional(Rights),
      }),
    ),
    null,
  ),
  /** By what the server tells this collection from another one at the same address; `null`: not known. */
  identity: v.optional(
    v.nullable(v.object({ resourceId: v.nullable(v.string()), owner: v.nullable(v.string()) })),
    null,
  ),
  /** Another collection was found at its address: not synchronized before the user has said that it is meant. */
  replacedBy: v.optional(
    v.nullable(v.object({ resourceId: v.nullable(v.string()), owner: v.nullable(v.string()) })),
    null,
  ),
});

/** How an account signs in that has no password. The refresh token and a client's secret are not here. */
const StoredOAuth = v.object({
  /** As the user chose it: `google`, …; `custom` says nothing. */
  name: v.string(),
  /** Absent: the client and the endpoints that Thunderbird has for `host`. */
  client: v.exactOptional(
    v.object({
      clientId: v.string(),
      hasSecret: v.boolean(),
      /** How the secret is shown at the token endpoint. */
      authMethod: v.optional(
        v.picklist(["client_secret_post", "client_secret_basic"]),
        "client_secret_post",
      ),
      scope: v.string(),
      /** The `iss` of RFC 9207; `null` where unknown. */
      issuer: v.nullable(v.string()),
      authorizationEndpoint: v.string(),
      tokenEndpoint: v.string(),
    }),
  ),
  host: v.exactOptional(v.string()),
});

const StoredAccount = v.object({
  id: v.string(),
  /** As the user typed it. */
  location: v.string(),
  username: v.string(),
  /** Scheme, host and port of the principal: the key of the password. */
  origin: v.string(),
  principal: v.string(),
  /** Calendar home sets (RFC 4791 §6.2.1). */
  homes: v.array(v.string()),
  calendars: v.array(StoredCalendar),
  oauth: v.exactOptional(StoredOAuth),
  /** False: its password is kept until Thunderbird ends, and asked for again. Absent: true. */
  savesPassword: v.exactOptional(v.boolean()),
  /** Hosts the user has agreed to beside those of the addresses here. */
  agreedHosts: v.optional(v.array(v.string()), []),
  /** New on the server, neither subscribed nor dismissed. */
  offered: v.optional(v.array(OfferedCalendar), []),
  /** Canonical URLs of what the user has seen and not wanted; `null`: what is there next time counts as seen. */
  declined: v.optional(v.nullable(v.array(v.string())), null),
});

export type StoredOAuth = v.InferOutput<typeof StoredOAuth>;
export type StoredCalendar = v.InferOutput<typeof StoredCalendar>;
export type StoredAccount = v.InferOutput<typeof StoredAccount>;

export const accountsShape: ValueShape<StoredAccount[]> = {
  key: "accounts",
  schema: v.array(StoredAccount),
  migrations: [],
  initial: () => [],
};
