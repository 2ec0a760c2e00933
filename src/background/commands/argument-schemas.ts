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
/** As it can be typed at a terminal, where plakar asks for it. */
const passphrase = v.pipe(
  v.string(),
  v.nonEmpty("must not be empty"),
  v.maxLength(1024, "must not be longer than 1024 characters"),
  v.regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold line breaks or other control characters"),
);

const login = {
  location: text,
  username: text,
  password: v.exactOptional(v.string()),
  agreedHosts: v.exactOptional(v.array(text)),
  declinedHosts: v.exactOptional(v.array(text)),
  oauth: v.exactOptional(
    v.strictObject({
      name: text,
      clientId: v.exactOptional(text),
      clientSecret: v.exactOptional(v.string()),
      scope: v.exactOptional(v.string()),
      issuer: v.exactOptional(text),
      authorizationEndpoint: v.exactOptional(text),
      tokenEndpoint: v.exactOptional(text),
    }),
  ),
};
const color = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #336699"));
const urls = v.pipe(v.array(text), v.minLength(1, "must name at least one calendar"));

const selection = v.union(
  [
    v.strictObject({ all: v.literal(true) }),
    v.strictObject({ calendars: v.array(text) }),
    v.strictObject({ items: v.array(text) }),
  ],
  "must be { all: true }, { calendars: [path] } or { items: [path] }",
);

const folderTarget = v.strictObject({ kind: v.literal("folder"), directory: text });
const fileTarget = v.strictObject({ kind: v.literal("file"), path: text });
const target = v.variant(
  "kind",
  [
    v.strictObject({ kind: v.literal("original") }),
    v.strictObject({ kind: v.literal("calendar"), calendarId: text }),
    v.strictObject({ kind: v.literal("new"), name: text, accountId: v.exactOptional(text) }),
    folderTarget,
    fileTarget,
  ],
  'must be { kind: "original" }, { kind: "calendar", calendarId }, { kind: "new", name, accountId? }, { kind: "folder", directory } or { kind: "file", path }',
);

const retention = v.strictObject({
  last: v.exactOptional(count),
  hourly: v.exactOptional(count),
  daily: v.exactOptional(count),
  weekly: v.exactOptional(count),
  monthly: v.exactOptional(count),
  yearly: v.exactOptional(count),
});

const guarded = v.picklist(["removals", "reversals", "deletions"]);

export const argumentSchemas: {
  readonly [C in CommandName]: v.GenericSchema<unknown, CommandArguments<C>>;
} = {
  "firstRun.read": nothing,
  "firstRun.update": v.strictObject({
    step: v.picklist(["account", "place", "takeover", "first-backup", "done"]),
  }),
  "appearance.read": nothing,
  "firstRun.begin": nothing,
  "takeover.list": nothing,
  "takeover.compare": v.strictObject({ calendarId: text }),
  "takeover.bring": v.strictObject({ calendarId: text }),
  "takeover.finish": v.strictObject({
    calendarId: text,
    acceptDifferent: v.exactOptional(v.boolean()),
  }),
  "leave.preview": nothing,
  "leave.handBack": v.strictObject({ calendarIds: v.exactOptional(v.array(text)) }),
  "leave.finish": v.strictObject({ calendarIds: v.array(text) }),
  "accounts.discover": v.strictObject(login),
  "accounts.add": v.strictObject({
    ...login,
    savePassword: v.exactOptional(v.boolean()),
    calendars: urls,
  }),
  "accounts.list": nothing,
  "calendars.list": nothing,
  "calendars.countItems": v.strictObject({ calendarIds: v.array(text) }),
  "accounts.remove": v.strictObject({
    accountId: text,
    discardPending: v.exactOptional(v.boolean()),
  }),
  "accounts.signIn": v.strictObject({ accountId: text, password: v.exactOptional(text) }),
  "accounts.trustCertificate": v.strictObject({
    host: v.pipe(v.string(), v.regex(/^[^\s/@?#]+$/, "must be a host, or host:port")),
  }),
  "accounts.agree": v.strictObject({ accountId: text, host: text }),
  "calendars.createRemote": v.strictObject({
    accountId: text,
    name: text,
    color: v.exactOptional(color),
    description: v.exactOptional(v.string()),
    components: v.exactOptional(
      v.pipe(
        v.array(v.picklist(["VEVENT", "VTODO", "VJOURNAL"])),
        v.minLength(1, "must name at least one component"),
      ),
    ),
  }),
  "calendars.updateRemote": v.strictObject({
    calendarId: text,
    name: v.exactOptional(text),
    color: v.exactOptional(color),
    description: v.exactOptional(v.string()),
  }),
  "calendars.deleteRemote": v.strictObject({
    calendarId: text,
    confirm: v.exactOptional(v.boolean()),
    withoutSnapshot: v.exactOptional(v.boolean()),
  }),
  "calendars.subscribe": v.strictObject({ accountId: text, urls }),
  "calendars.unsubscribe": v.strictObject({
    calendarId: text,
    discardPending: v.exactOptional(v.boolean()),
  }),
  "calendars.dismiss": v.strictObject({ accountId: text, urls }),
  "calendars.takeOver": v.strictObject({ calendarId: text }),
  "sync.run": v.strictObject({ calendarId: v.exactOptional(text) }),
  "sync.audit": v.strictObject({ calendarId: text, repair: v.exactOptional(v.boolean()) }),
  "sending.status": nothing,
  "sending.resume": nothing,
  "places.pick": v.strictObject({ purpose: v.picklist(["backup", "restore", "sheet"]) }),
  "backup.configure": v.strictObject({
    directory: v.exactOptional(text),
    schedule: v.exactOptional(v.picklist(["off", "change", "hourly", "daily", "weekly"])),
    retention: v.exactOptional(v.nullable(retention)),
    passphrase: v.exactOptional(v.nullable(passphrase)),
    allowWeak: v.exactOptional(v.boolean()),
  }),
  "passphrase.test": v.strictObject({ passphrase }),
  "passphrase.change": v.strictObject({ passphrase, newPassphrase: passphrase }),
  "backup.recoverySheet": v.strictObject({ directory: v.exactOptional(text) }),
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
  "snapshots.search": v.strictObject({
    snapshotId: v.exactOptional(text),
    text: v.exactOptional(v.string()),
    from: v.exactOptional(v.number()),
    to: v.exactOptional(v.number()),
    calendar: v.exactOptional(text),
    gone: v.exactOptional(v.boolean()),
    offset: v.exactOptional(count),
    limit: v.exactOptional(count),
    subject: v.exactOptional(text),
  }),
  "snapshots.occurrences": v.strictObject({
    snapshotId: text,
    calendar: v.exactOptional(text),
    from: v.number(),
    to: v.number(),
    zone: text,
  }),
  "snapshots.read": v.strictObject({ snapshotId: text, path: text }),
  "snapshots.diff": v.strictObject({
    from: text,
    to: text,
    calendar: v.exactOptional(text),
    offset: v.exactOptional(count),
    limit: v.exactOptional(count),
  }),
  "snapshots.versions": v.strictObject({
    calendarId: v.exactOptional(text),
    path: v.exactOptional(text),
    uid: v.exactOptional(text),
  }),
  "snapshots.restore": v.strictObject({
    snapshotId: text,
    selection,
    target,
    mode: v.picklist(["missing", "older", "exact"]),
    dryRun: v.exactOptional(v.boolean()),
    preview: v.exactOptional(text),
    quiet: v.exactOptional(v.boolean()),
    newUids: v.exactOptional(v.boolean()),
  }),
  "snapshots.export": v.strictObject({
    snapshotId: text,
    selection,
    target: v.variant(
      "kind",
      [folderTarget, fileTarget],
      'must be { kind: "folder", directory } or { kind: "file", path }',
    ),
    dryRun: v.exactOptional(v.boolean()),
  }),
  "snapshots.remove": v.strictObject({
    snapshotIds: v.pipe(v.array(text), v.minLength(1, "must name at least one snapshot")),
    evenLast: v.exactOptional(v.boolean()),
    dryRun: v.exactOptional(v.boolean()),
  }),
  "snapshots.prune": v.strictObject({
    policy: v.exactOptional(retention),
    dryRun: v.exactOptional(v.boolean()),
  }),
  "snapshots.pin": v.strictObject({ snapshotId: text, pinned: v.boolean() }),
  "snapshots.check": v.strictObject({
    snapshotId: v.exactOptional(text),
    full: v.exactOptional(v.boolean()),
  }),
  "operations.list": nothing,
  "operations.cancel": v.strictObject({ id: text }),
  "calendars.configure": v.strictObject({
    calendarId: v.exactOptional(text),
    accountId: v.exactOptional(text),
    invitations: v.exactOptional(v.picklist(["auto", "mail", "none"])),
    alarms: v.exactOptional(v.picklist(["auto", "local", "server"])),
    refreshMinutes: v.exactOptional(
      v.pipe(count, v.maxValue(10_080, "must not be more than a week")),
    ),
  }),
  "pending.list": v.strictObject({ calendarId: v.exactOptional(text) }),
  "pending.retry": v.strictObject({ calendarId: text, name: v.exactOptional(text) }),
  "pending.discard": v.strictObject({ calendarId: text, name: text }),
  "guard.list": nothing,
  "guard.decide": v.strictObject({
    calendarId: text,
    kind: guarded,
    decision: v.picklist(["apply", "keep"]),
    preview: text,
    withoutSnapshot: v.exactOptional(v.boolean()),
  }),
  "guard.undo": v.strictObject({ calendarId: text, kind: guarded, at: count }),
  "conflicts.list": nothing,
  "conflicts.resolve": v.strictObject({
    calendarId: text,
    id: count,
    keep: v.picklist(["mine", "theirs", "both"]),
  }),
  "superseded.list": v.strictObject({
    calendarId: text,
    uid: v.exactOptional(text),
    limit: v.exactOptional(v.pipe(count, v.minValue(1, "must be at least 1"))),
  }),
  "leftovers.list": nothing,
  "leftovers.put": v.strictObject({
    calendarId: text,
    ids: v.array(count),
    targetId: text,
    mail: v.exactOptional(v.boolean()),
  }),
  "leftovers.discard": v.strictObject({ calendarId: text, ids: v.array(count) }),
  "quarantine.list": nothing,
  "quarantine.retry": v.strictObject({ calendarId: text }),
  "superseded.restore": v.strictObject({ calendarId: text, id: count }),
  "items.save": v.strictObject({ directory: text, title: v.string(), text }),
  "stores.list": nothing,
  "stores.activate": v.strictObject({ directory: text }),
  "stores.forget": v.strictObject({ directory: text }),
  "stores.size": nothing,
  "diagnostics.report": nothing,
};
