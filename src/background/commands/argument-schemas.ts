/** The arguments of every command as a message may carry them; shapes as in shared/commands.ts. */
import * as v from "valibot";
import type { CommandArguments, CommandName } from "../../shared/commands.ts";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const count = v.pipe(
  v.number(),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be negative"),
);
const nothing = v.strictObject({});

const login = {
  location: text,
  username: text,
  password: v.exactOptional(v.string()),
};

const selection = v.union(
  [
    v.strictObject({ all: v.literal(true) }),
    v.strictObject({ calendars: v.array(text) }),
    v.strictObject({ items: v.array(text) }),
  ],
  "must be { all: true }, { calendars: [path] } or { items: [path] }",
);

const target = v.variant(
  "kind",
  [
    v.strictObject({ kind: v.literal("original") }),
    v.strictObject({ kind: v.literal("folder"), directory: text }),
  ],
  'must be { kind: "original" } or { kind: "folder", directory }',
);

export const argumentSchemas: {
  readonly [C in CommandName]: v.GenericSchema<unknown, CommandArguments<C>>;
} = {
  "accounts.discover": v.strictObject(login),
  "accounts.add": v.strictObject({
    ...login,
    calendars: v.pipe(v.array(text), v.minLength(1, "must name at least one calendar")),
  }),
  "accounts.list": nothing,
  "accounts.remove": v.strictObject({
    accountId: text,
    discardPending: v.exactOptional(v.boolean()),
  }),
  "sync.run": v.strictObject({ calendarId: v.exactOptional(text) }),
  "sending.status": nothing,
  "sending.resume": nothing,
  "places.pick": v.strictObject({ purpose: v.picklist(["backup", "restore"]) }),
  "backup.configure": v.strictObject({
    directory: v.exactOptional(text),
    schedule: v.exactOptional(v.picklist(["off", "hourly", "daily", "weekly"])),
  }),
  "backup.run": v.strictObject({
    label: v.exactOptional(v.string()),
    calendarIds: v.exactOptional(
      v.pipe(v.array(text), v.minLength(1, "must name at least one calendar")),
    ),
  }),
  "snapshots.list": nothing,
  "snapshots.browse": v.strictObject({
    snapshotId: text,
    calendar: v.exactOptional(text),
    text: v.exactOptional(v.string()),
    from: v.exactOptional(v.number()),
    to: v.exactOptional(v.number()),
    offset: v.exactOptional(count),
    limit: v.exactOptional(count),
  }),
  "snapshots.restore": v.strictObject({
    snapshotId: text,
    selection,
    target,
    mode: v.picklist(["missing", "older", "exact"]),
    dryRun: v.exactOptional(v.boolean()),
  }),
  "snapshots.check": v.strictObject({
    snapshotId: v.exactOptional(text),
    full: v.exactOptional(v.boolean()),
  }),
  "operations.list": nothing,
  "operations.cancel": v.strictObject({ id: text }),
  "conflicts.list": nothing,
  "quarantine.list": nothing,
  "diagnostics.report": nothing,
};
