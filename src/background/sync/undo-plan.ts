/**
 * What undoing a mass change makes of one item: the version of before, merged with what came later. A later edit or
 * deletion always stays; an item that is there under another name is not made twice. Decides, and writes nothing.
 */
import type { LeftItem } from "../../shared/commands.ts";
import type {
  PendingChange,
  ResourceBody,
  ResourceRow,
  Settlement,
  StageOperation,
  SupersededVersion,
} from "../../shared/item-store.ts";
import { editDeletedAt } from "./discard.ts";
import { groupBy } from "./group-by.ts";
import type { MassChange, MassChangeKind } from "./ports.ts";
import { markOf } from "./text-mark.ts";
import { type CalendarTexts, saysTheSame } from "./texts.ts";

/** Why removals are noted in `superseded`. */
export const REMOVED = "removed on the server";

/** What a version gave way to. */
export const REASONS: Readonly<Record<MassChangeKind, readonly string[]>> = {
  removals: [REMOVED],
  deletions: ["delete", REMOVED],
  reversals: ["sync"],
};
const GONE: readonly string[] = REASONS.deletions;

/** What has to be written. */
export type UndoStep =
  | { readonly kind: "stage"; readonly operation: StageOperation; readonly merged: boolean }
  /** A pending edit goes on, from the server's text as it is now. */
  | {
      readonly kind: "settle";
      readonly name: string;
      readonly revision: number;
      readonly settlement: Extract<Settlement, { kind: "merged" }>;
      readonly merged: true;
    };

export type Verdict = UndoStep | LeftItem["why"];

/** An item of the calendar as it is now. */
export interface Present {
  readonly body: ResourceBody;
  /** `undefined`: nothing waits to be sent. */
  readonly change: PendingChange | undefined;
}

/** The versions that gave way, by item. */
export class Versions {
  readonly #kind: MassChangeKind;
  readonly #at: number;
  readonly #concerned: ReadonlySet<string>;
  readonly #deletedAt: ReadonlyMap<string, number | undefined>;
  readonly #texts: CalendarTexts;
  readonly #byName: ReadonlyMap<string, readonly SupersededVersion[]>;
  readonly #byUid: ReadonlyMap<string | null, readonly SupersededVersion[]>;

  constructor(
    { kind, at, names, deletedAt }: MassChange,
    versions: readonly SupersededVersion[],
    texts: CalendarTexts,
  ) {
    this.#kind = kind;
    this.#at = at;
    this.#concerned = new Set(names);
    this.#deletedAt = new Map(names.map((name, index) => [name, deletedAt?.[index]]));
    this.#texts = texts;
    const oldestFirst = [...versions].sort((a, b) => a.id - b.id);
    this.#byName = groupBy(oldestFirst, ({ name }) => name);
    this.#byUid = groupBy(oldestFirst, ({ uid }) => uid);
  }

  /**
   * The one the mass change took: what was deleted with an edit of it unsent, else the first since it began; of what was
   * never sent, the last before.
   */
  taken(name: string): SupersededVersion | undefined {
    const edit = this.#editDeleted(name);
    if (edit !== undefined) return edit;
    const reasons = REASONS[this.#kind];
    const fitting = (this.#byName.get(name) ?? []).filter(({ reason }) => reasons.includes(reason));
    const since = fitting.find(({ supersededAt }) => supersededAt >= this.#at);
    return since ?? (this.#kind === "reversals" ? undefined : fitting.at(-1));
  }

  /** Of the same item, oldest first: also of other names, but not of another resource with its UID. */
  after({ id, name, uid, text }: SupersededVersion): readonly SupersededVersion[] {
    const same = uid === null ? this.#byName.get(name) : this.#byUid.get(uid);
    const deleted = this.#editDeleted(name)?.id === id ? this.#deletedThere(name, id) : undefined;
    return (same ?? []).filter(
      (version) =>
        version.id > id &&
        version !== deleted &&
        (version.name === name ||
          (!this.#concerned.has(version.name) && this.#texts.isSameResource(text, version.text))),
    );
  }

  #editDeleted(name: string): SupersededVersion | undefined {
    const at = this.#deletedAt.get(name);
    return at === undefined ? undefined : editDeletedAt(this.#byName.get(name) ?? [], at);
  }

  /** What the server had when the deletion was sent: it gave way by the same deletion, not by a later one. */
  #deletedThere(name: string, id: number): SupersededVersion | undefined {
    const next = this.#byName.get(name)?.find((one) => one.id > id && one.reason !== "sync");
    return next !== undefined && GONE.includes(next.reason) ? next : undefined;
  }
}

/** The rows of a calendar, by the names and the UIDs of their items. */
export class Rows {
  readonly #byName: ReadonlyMap<string, ResourceRow>;
  readonly #byUid: ReadonlyMap<string | null, readonly ResourceRow[]>;
  readonly #names: Set<string>;
  readonly #others: ReadonlySet<string>;

  /** @param others names of rows that are items of their own, whatever their UIDs */
  constructor(rows: readonly ResourceRow[], others: Iterable<string>) {
    this.#byName = new Map(rows.map((row) => [row.name, row]));
    this.#names = new Set(rows.map(({ name }) => name.toLowerCase()));
    this.#byUid = groupBy(rows, ({ uid }) => uid);
    this.#others = new Set(others);
  }

  /**
   * The server may have given the item another name, and its name to another item.
   * @returns names of rows that may be the item, the likeliest first: which is it, their texts tell
   */
  candidates({ name, uid }: Pick<SupersededVersion, "name" | "uid">): readonly string[] {
    const named = this.#byName.get(name);
    const isIt = named !== undefined && (uid === null || named.uid === null || named.uid === uid);
    if (isIt && named.pending !== "delete") return [name];
    const like = uid === null ? [] : (this.#byUid.get(uid) ?? []);
    const elsewhere = like.filter((row) => row.name !== name && !this.#others.has(row.name));
    return [
      ...elsewhere.filter(({ pending }) => pending !== "delete").map((row) => row.name),
      ...(isIt ? [name] : []),
      ...elsewhere.filter(({ pending }) => pending === "delete").map((row) => row.name),
    ];
  }

  /** The name itself, if no row has it. Taken from then on. Servers may take names that differ in case for one. */
  freeName(name: string): string {
    const stem = name.replace(/\.ics$/i, "");
    let free = name;
    for (let count = 1; this.#names.has(free.toLowerCase()); count++) free = `${stem}-${count}.ics`;
    this.#names.add(free.toLowerCase());
    return free;
  }
}

/** The item among the {@link Rows.candidates} for it. */
export function presentOf(
  { name, text }: SupersededVersion,
  candidates: readonly Present[],
  texts: CalendarTexts,
): Present | undefined {
  return candidates.find(({ body, change }) => {
    if (body.name === name) return true;
    const there = change?.userText ?? body.serverText ?? change?.baseText ?? null;
    return there === null || texts.isSameResource(text, there);
  });
}

/** An item that was removed or deleted. @param present `undefined`: it is not there */
export function undoRemoval(
  before: SupersededVersion,
  present: Present | undefined,
  versions: Versions,
  rows: Rows,
  texts: CalendarTexts,
): Verdict {
  if (present !== undefined) {
    const { body, change } = present;
    if (change?.kind === "delete") return "deleted";
    const mine = change?.userText ?? null;
    // An edit of what the server no longer has: it is made there again, as the user has it.
    if (change?.kind !== "update" || change.serverText !== null || mine === null) return "there";
    return staged(body.name, mine, change.revision, true, texts);
  }
  if (versions.after(before).some(({ reason }) => GONE.includes(reason))) return "deleted";
  return staged(rows.freeName(before.name), before.text, null, false, texts);
}

/**
 * An item that went back in time.
 * @param taken mark of the older version; absent where an earlier release did not note it
 */
export function undoReversal(
  before: SupersededVersion,
  present: Present | undefined,
  versions: Versions,
  taken: string | undefined,
  texts: CalendarTexts,
): Verdict {
  if (present === undefined || present.change?.kind === "delete") return "deleted";
  const { body, change } = present;
  const there = change === undefined ? body.serverText : change.serverText;
  if (there === null) return "changed";
  const later = versions.after(before);
  const older =
    taken === undefined
      ? later.length === 0
        ? there
        : undefined
      : [there, ...later.map(({ text }) => text)].find((text) => markOf(text) === taken);
  if (older === undefined) return saysTheSame(texts, before.text, there) ? "there" : "changed";
  const server = merge(texts, older, before.text, there);
  if (server === null) return "changed";
  const mine = change?.userText ?? null;
  if (change === undefined || mine === null) {
    if (saysTheSame(texts, server, there)) return "there";
    return staged(body.name, server, body.revision, there !== older, texts);
  }
  const text = merge(texts, change.baseText ?? there, mine, server);
  if (text === null) return "changed";
  if (saysTheSame(texts, text, mine) && change.baseText === there) return "there";
  const settlement = { kind: "merged", text, columns: texts.scanColumns(text) } as const;
  const { name } = body;
  return { kind: "settle", name, revision: change.revision, settlement, merged: true };
}

/** `null`: both changed the same. A side that did not change gives way byte for byte. */
function merge(texts: CalendarTexts, base: string, mine: string, theirs: string): string | null {
  if (theirs === base) return mine;
  if (mine === base) return theirs;
  const { text, conflicts } = texts.mergeTexts({ base, mine, theirs });
  return conflicts.length > 0 ? null : text;
}

function staged(
  name: string,
  text: string,
  expected: number | null,
  merged: boolean,
  { scanColumns }: CalendarTexts,
): UndoStep {
  const operation = { kind: "create", name, text, columns: scanColumns(text), expected } as const;
  return { kind: "stage", operation, merged };
}
