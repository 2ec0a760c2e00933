/**
 * Sends one pending change: PUT or DELETE with its precondition (RFC 4791 §5.3.2, RFC 9110 §13.1), reads back
 * what the server made of it, and settles the row. An answer that never came leaves the change pending; the
 * next try recognises by the precondition that the work was done. Nothing here drops a user's text: what is
 * given up goes to the conflict list by way of the settlement.
 */
import type { Href, ResourceName } from "../../shared/brands.ts";
import { AppError, type WireError } from "../../shared/errors.ts";
import type {
  ConflictRecord,
  PendingChange,
  Settlement,
  SettleResult,
} from "../../shared/item-store.ts";
import {
  deletedThere,
  neverSettles,
  notFoundAfterWriting,
  refusalOf,
  stopsRun,
  uidBlocked,
} from "./outcome.ts";
import type {
  LocalCalendar,
  RemoteBody,
  RemoteCollection,
  RemoteMetadata,
  WriteResult,
} from "./ports.ts";
import { encodeRefusal, isPostponed, refusalRetryAt } from "./refusal.ts";
import { encodeMetadata, parseMetadata } from "./sync-state.ts";
import { type CalendarTexts, saysTheSame } from "./texts.ts";

/** How often one change meets a newer version on the server before it waits for the next run. */
const MAX_ROUNDS = 5;
/** Names tried for a new event after its own, while other events have them. */
const MORE_NAMES = 4;

export type PushOutcome =
  | { readonly kind: "nothing" }
  /** Half of a move whose other half is not confirmed, or a refusal whose time has not come. */
  | { readonly kind: "waiting" }
  /** The server holds what the user wants. */
  | { readonly kind: "done"; readonly created: boolean }
  /** The server's version stays; the user's is on the conflict list. */
  | { readonly kind: "yielded" }
  | { readonly kind: "refused"; readonly error: WireError };

export interface PushContext {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  readonly now: () => number;
  /** In [0, 1), for back-off. */
  readonly random: () => number;
}

/** `undefined`: look at the row again, something moved. */
type Step = PushOutcome | undefined;
type Done = Extract<WriteResult, { kind: "done" }>;

const metadataOf = (body: RemoteBody): RemoteMetadata => ({
  href: body.href,
  etag: body.etag,
  scheduleTag: body.scheduleTag,
});

/**
 * Sends what is pending for one resource, newer edits that arrive meanwhile included.
 * @param impatient the user asked: refusals are tried again before their time
 * @throws AppError where going on with other resources is useless (no answer, sign-in, item store); the change
 *   is then pending as before
 */
export async function pushResource(
  context: PushContext,
  name: string,
  impatient: boolean,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const push = new ResourcePush(context, name as ResourceName, signal);
  let last: PendingChange | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [change] = await context.local.getPending([name]);
    if (change === undefined)
      return last === undefined ? { kind: "nothing" } : { kind: "done", created: false };
    if (change.waiting || isPostponed(change, context.now(), impatient)) return { kind: "waiting" };
    last = change;
    try {
      const outcome = await push.attempt(change);
      if (outcome !== undefined) return outcome;
    } catch (error) {
      if (stopsRun(error)) throw error;
      return push.refuse(change, refusalOf(error), "later");
    }
  }
  if (last === undefined) return { kind: "nothing" };
  return push.refuse(last, refusalOf(neverSettles()), "later");
}

class ResourcePush {
  readonly #context: PushContext;
  readonly #name: ResourceName;
  readonly #signal: AbortSignal;

  constructor(context: PushContext, name: ResourceName, signal: AbortSignal) {
    this.#context = context;
    this.#name = name;
    this.#signal = signal;
  }

  attempt(change: PendingChange): Promise<Step> {
    if (change.kind === "delete") return this.#delete(change);
    const { userText } = change;
    if (userText === null)
      throw new AppError("bug", "A change without a text cannot be sent. It is kept.");
    return change.kind === "create"
      ? this.#create(change, userText)
      : this.#update(change, userText);
  }

  async refuse(
    change: PendingChange,
    error: WireError,
    retry: "later" | "after-change",
    conflict?: ConflictRecord,
  ): Promise<PushOutcome> {
    const { now, random } = this.#context;
    const retryAt =
      retry === "after-change" ? null : refusalRetryAt(change.attempts, now(), random());
    const record = encodeRefusal(error, change.revision, retryAt);
    await this.#settle(
      change,
      conflict === undefined
        ? { kind: "refused", error: record }
        : { kind: "refused", error: record, conflict },
    );
    return { kind: "refused", error };
  }

  async #create(change: PendingChange, mine: string): Promise<Step> {
    const names = namesFor(this.#name);
    const known = this.#serverSide(change);
    if (known === null) return this.#make(change, mine, names);
    if (this.#isSameItem(change, known)) return this.#adopt(change, mine, known);
    const step = await this.#make(change, mine, names.slice(1));
    // The row's name is that of another event, which has lost its row to ours.
    await this.#bringIn(known);
    return step;
  }

  async #make(change: PendingChange, mine: string, names: readonly ResourceName[]): Promise<Step> {
    for (const name of names) {
      const target = { name, href: null };
      const written = await this.#put({ ...target, precondition: "create" }, mine);
      if (written.kind === "gone") throw collectionGone();
      if (written.kind === "done") return this.#readBack(change, written, mine, name);
      const there = await this.#context.remote.fetchOne(target, this.#signal);
      const isOther = there !== null && !this.#isSameItem(change, there);
      // Our own earlier PUT whose answer was lost, or (an invitation the server stored itself) the same UID elsewhere.
      const theirs = there === null || isOther ? await this.#findByUid(change) : there;
      if (theirs !== null) return this.#adopt(change, mine, theirs);
      if (!isOther) break;
    }
    return this.refuse(change, refusalOf(uidBlocked()), "later");
  }

  /** False for another event that has the name: it must never be written over. */
  #isSameItem(change: PendingChange, { text }: RemoteBody): boolean {
    const { uid } = this.#context.texts.scanColumns(text);
    return uid === null || change.uid === null || uid === change.uid;
  }

  /** A create that finds its resource there already: what it says is put over theirs, nothing is made twice. */
  async #adopt(change: PendingChange, mine: string, theirs: RemoteBody): Promise<Step> {
    const merged =
      mine === theirs.text
        ? { text: mine, changed: false }
        : this.#context.texts.mergeTexts({ base: theirs.text, mine, theirs: theirs.text });
    if (!merged.changed) return this.#stored(change, theirs.text, metadataOf(theirs), theirs.name);
    // Their version becomes the server side first, so that it is kept when ours replaces it.
    await this.#bringIn(theirs);
    const written = await this.#ifUnchanged(theirs, (target) => this.#put(target, merged.text));
    if (written.kind === "done") return this.#readBack(change, written, merged.text, theirs.name);
    const newer = await this.#fetch(theirs);
    if (newer !== null) await this.#bringIn(newer);
    else await this.#dropServerSide(theirs.name);
    return undefined;
  }

  async #update(change: PendingChange, mine: string): Promise<Step> {
    const known = this.#serverSide(change);
    if (known === null) return this.#refetch(change);
    if (change.serverText !== change.baseText) return this.#merge(change, mine, known);
    const written = await this.#ifUnchanged(known, (target) => this.#put(target, mine));
    switch (written.kind) {
      case "done":
        return this.#readBack(change, written, mine, this.#name);
      case "precondition-failed":
      case "gone":
        return this.#refetch(change);
      case "uid-conflict":
        return this.refuse(change, refusalOf(uidBlocked()), "later");
    }
  }

  /** Both sides changed since the base. */
  async #merge(change: PendingChange, mine: string, theirs: RemoteBody): Promise<Step> {
    const base = this.#isOurs(change, theirs.text) ? theirs.text : (change.baseText ?? theirs.text);
    const merged = this.#context.texts.mergeTexts({ base, mine, theirs: theirs.text });
    const conflict: ConflictRecord | undefined =
      merged.conflicts.length === 0
        ? undefined
        : {
            conflict: "both-changed",
            mine,
            theirs: theirs.text,
            base,
            properties: merged.conflicts,
          };
    if (!merged.changed) {
      // Also how an update whose answer was lost is recognised: theirs says all that ours says.
      if (conflict === undefined)
        return this.#stored(change, theirs.text, metadataOf(theirs), this.#name);
      return this.#yielded(change, conflict);
    }
    const columns = this.#context.texts.scanColumns(merged.text);
    const settlement = { kind: "merged", text: merged.text, columns } as const;
    await this.#settle(change, conflict === undefined ? settlement : { ...settlement, conflict });
    return undefined;
  }

  async #delete(change: PendingChange): Promise<Step> {
    const known = this.#serverSide(change) ?? (await this.#fetchByName(change));
    if (known === null) return this.#removed(change);
    const { baseText } = change;
    const isForeign = baseText !== null && !saysTheSame(this.#context.texts, baseText, known.text);
    if (isForeign && !this.#isOurs(change, known.text)) {
      if (change.serverText !== known.text) await this.#bringIn(known);
      const conflict: ConflictRecord = {
        conflict: "deleted-here",
        mine: null,
        theirs: known.text,
        base: baseText,
        properties: [],
      };
      return this.#yielded(change, conflict);
    }
    const { remote } = this.#context;
    const written = await this.#ifUnchanged(known, (target) =>
      remote.remove(target, target.precondition, this.#signal),
    );
    if (written.kind === "done" || written.kind === "gone") return this.#removed(change);
    const theirs = await this.#fetch(known);
    if (theirs === null) return this.#removed(change);
    await this.#bringIn(theirs);
    return undefined;
  }

  /** The row's server side as a body; `null` when there is none (or nothing to address it by). */
  #serverSide(change: PendingChange): RemoteBody | null {
    const metadata = parseMetadata(change.metadata);
    if (change.serverText === null || metadata === null) return null;
    return { name: this.#name, text: change.serverText, ...metadata };
  }

  #fetch(member: RemoteBody): Promise<RemoteBody | null> {
    return this.#context.remote.fetchOne(member, this.#signal);
  }

  #fetchByName(change: PendingChange): Promise<RemoteBody | null> {
    const href = parseMetadata(change.metadata)?.href ?? null;
    return this.#context.remote.fetchOne({ name: this.#name, href }, this.#signal);
  }

  async #refetch(change: PendingChange): Promise<Step> {
    return this.#moved(change, await this.#fetchByName(change));
  }

  /** The server side is not what the change was based on. */
  async #moved(change: PendingChange, theirs: RemoteBody | null): Promise<Step> {
    if (theirs !== null) {
      await this.#bringIn(theirs);
      return undefined;
    }
    // A calendar that is gone as a whole answers the same 404; then nothing is said about this event.
    await this.#context.remote.status(this.#signal);
    if (change.serverText !== null) await this.#dropServerSide(this.#name);
    return this.refuse(change, refusalOf(deletedThere()), "after-change", {
      conflict: "deleted-there",
      mine: change.userText,
      theirs: null,
      base: change.baseText,
      properties: [],
    });
  }

  async #bringIn(body: RemoteBody): Promise<void> {
    const columns = this.#context.texts.scanColumns(body.text);
    const metadata = encodeMetadata(metadataOf(body));
    await this.#context.local.batch(
      [{ kind: "put", name: body.name, text: body.text, metadata, columns }],
      { notify: false },
    );
  }

  /** Of a resource that a direct request did not find. The user's side stays. */
  async #dropServerSide(name: ResourceName): Promise<void> {
    const remove = { kind: "remove", name, reason: "deleted on the server" } as const;
    await this.#context.local.batch([remove], { notify: false });
  }

  async #findByUid(change: PendingChange): Promise<RemoteBody | null> {
    return change.uid === null ? null : this.#context.remote.findByUid(change.uid, this.#signal);
  }

  /**
   * A write that depends on the server still having `known`. If-Match compares strongly (RFC 9110 §13.1.1), so a
   * server that has only weak tags refuses every such write: there, as where there are none, the bodies are compared
   * instead, just before.
   */
  async #ifUnchanged(
    known: RemoteBody,
    write: (target: ReturnType<typeof conditional>) => Promise<WriteResult>,
  ): Promise<WriteResult> {
    if (known.etag === null && known.scheduleTag === null) {
      const theirs = await this.#fetch(known);
      if (theirs === null) return { kind: "gone" };
      if (theirs.text !== known.text) return { kind: "precondition-failed" };
    }
    const written = await write(conditional(known));
    if (written.kind !== "precondition-failed" || !known.etag?.startsWith("W/")) return written;
    const theirs = await this.#fetch(known);
    if (theirs?.text !== known.text) return written;
    return write(conditional({ ...known, etag: null, scheduleTag: null }));
  }

  #put(target: WriteTarget, text: string): Promise<WriteResult> {
    return this.#context.remote.put(target, text, target.precondition, this.#signal);
  }

  /** True for a version on the server that is our own, sent earlier without learning how it ended. */
  #isOurs(change: PendingChange, theirs: string): boolean {
    const { texts } = this.#context;
    return change.earlierTexts.some((mine) => saysTheSame(texts, mine, theirs));
  }

  /** Settles with what the server holds after a write, which need not be what was sent. */
  async #readBack(
    change: PendingChange,
    written: Done,
    sent: string,
    name: ResourceName,
  ): Promise<Step> {
    const { href, etag, scheduleTag } = written;
    if (written.proven) return this.#stored(change, sent, { href, etag, scheduleTag }, name);
    const { remote } = this.#context;
    const body =
      (await remote.fetchOne({ name, href }, this.#signal)) ?? (await this.#findByUid(change));
    // The old text again: a server whose reads lag behind its writes. Taking it would undo the edit on the screen.
    const isOld =
      body?.text === change.serverText &&
      body.text !== sent &&
      body.etag === parseMetadata(change.metadata)?.etag;
    if (body === null || isOld) {
      return this.refuse(change, refusalOf(notFoundAfterWriting()), "later");
    }
    return this.#stored(change, body.text, metadataOf(body), body.name);
  }

  async #stored(
    change: PendingChange,
    text: string,
    metadata: RemoteMetadata,
    name: ResourceName,
  ): Promise<Step> {
    const settlement = {
      kind: "stored",
      text,
      metadata: encodeMetadata(metadata),
      columns: this.#context.texts.scanColumns(text),
    } as const;
    const result = await this.#settle(
      change,
      name === this.#name ? settlement : { ...settlement, newName: name },
    );
    if (result.pending !== null) return undefined;
    return { kind: "done", created: change.kind === "create" };
  }

  async #yielded(change: PendingChange, conflict: ConflictRecord): Promise<Step> {
    const result = await this.#settle(change, { kind: "yield", conflict });
    return result.pending === null ? { kind: "yielded" } : undefined;
  }

  async #removed(change: PendingChange): Promise<Step> {
    const result = await this.#settle(change, { kind: "removed" });
    return result.pending === null ? { kind: "done", created: false } : undefined;
  }

  #settle(change: PendingChange, settlement: Settlement): Promise<SettleResult> {
    return this.#context.local.settle(this.#name, change.revision, settlement);
  }
}

interface WriteTarget {
  readonly name: ResourceName;
  readonly href: Href | null;
  readonly precondition: Parameters<RemoteCollection["put"]>[2];
}

/** A schedule tag is left out where there is an ETag: some servers change it without need (Cyrus on PARTSTAT). */
function conditional({ name, href, etag, scheduleTag }: RemoteBody): {
  name: ResourceName;
  href: Href;
  precondition: Parameters<RemoteCollection["remove"]>[1];
} {
  return { name, href, precondition: { etag, scheduleTag: etag === null ? scheduleTag : null } };
}

/** The name fixed at the edit, then others made of it: always the same, so that a second try finds the first one's. */
function namesFor(name: ResourceName): ResourceName[] {
  const others = Array.from({ length: MORE_NAMES }, (_, index) =>
    name.replace(/(\.ics)?$/i, `-${index + 2}$1`),
  );
  return [name, ...(others as ResourceName[])];
}

const collectionGone = (): AppError =>
  new AppError("not-found", "The calendar is no longer on the server.", {
    hint: "Your change is kept. Check the account, or copy the event to another calendar.",
    retry: "after-user",
  });
