/**
 * What sending a change of any kind needs: the row's server side, requests for this one resource, writes that
 * depend on what the server had (RFC 9110 §13.1), reading back, and the settlements. push-create.ts,
 * push-update.ts and push-delete.ts decide.
 */
import type { Href, ResourceName } from "../../shared/brands.ts";
import type { WireError } from "../../shared/errors.ts";
import { isWholeObject } from "../../shared/ical/whole-object.ts";
import type {
  ConflictRecord,
  PendingChange,
  Settlement,
  SettleResult,
} from "../../shared/item-store.ts";
import { isServerFailure, notFoundAfterWriting, refusalOf } from "./outcome.ts";
import type {
  LocalCalendar,
  RemoteBody,
  RemoteCollection,
  RemoteMetadata,
  WriteResult,
} from "./ports.ts";
import { encodeRefusal, refusalRetryAt } from "./refusal.ts";
import { encodeMetadata, parseMetadata } from "./sync-state.ts";
import { type CalendarTexts, saysTheSame } from "./texts.ts";

export type PushOutcome =
  | { readonly kind: "nothing" }
  /** Half of a move whose other half is not confirmed, or a refusal whose time has not come. */
  | { readonly kind: "waiting" }
  /** One of many deletions, which wait for the user's word. */
  | { readonly kind: "held"; readonly error: WireError }
  /** The server holds what the user wants. */
  | { readonly kind: "done"; readonly created: boolean }
  /** The server's version stays; the user's is on the conflict list. */
  | { readonly kind: "yielded" }
  /** `retryAt`: when a later try is worth it by itself, ms since the epoch. */
  | { readonly kind: "refused"; readonly error: WireError; readonly retryAt: number | null };

export interface PushContext {
  readonly remote: RemoteCollection;
  readonly local: LocalCalendar;
  readonly texts: CalendarTexts;
  readonly now: () => number;
  /** In [0, 1), for back-off. */
  readonly random: () => number;
}

/** `undefined`: look at the row again, something moved. */
export type Step = PushOutcome | undefined;
type Done = Extract<WriteResult, { kind: "done" }>;

export const metadataOf = (body: RemoteBody): RemoteMetadata => ({
  href: body.href,
  etag: body.etag,
  scheduleTag: body.scheduleTag,
});

export class ResourcePush {
  readonly texts: CalendarTexts;
  readonly #context: PushContext;
  readonly #signal: AbortSignal;
  #name: ResourceName;
  #created = false;

  constructor(context: PushContext, name: ResourceName, signal: AbortSignal) {
    this.#context = context;
    this.texts = context.texts;
    this.#name = name;
    this.#signal = signal;
  }

  /** The row's: another one once the server turned out to hold the resource under it. */
  get name(): ResourceName {
    return this.#name;
  }

  /** True when the server has confirmed a create, whatever the user did meanwhile. */
  get created(): boolean {
    return this.#created;
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
    await this.settle(
      change,
      conflict === undefined
        ? { kind: "refused", error: record }
        : { kind: "refused", error: record, conflict },
    );
    // One that refuses has to be asked by the next synchronization only.
    const passes = isServerFailure(error);
    return { kind: "refused", error, retryAt: passes ? retryAt : null };
  }

  /** The row's server side as a body; `null` when there is none (or nothing to address it by). */
  serverSide(change: PendingChange): RemoteBody | null {
    const metadata = parseMetadata(change.metadata);
    if (change.serverText === null || metadata === null) return null;
    return { name: this.name, text: change.serverText, ...metadata };
  }

  fetch(member: RemoteBody): Promise<RemoteBody | null> {
    return this.#context.remote.fetchOne(member, this.#signal);
  }

  /** By its name alone, as the server would address it. */
  fetchUnder(name: ResourceName): Promise<RemoteBody | null> {
    return this.#context.remote.fetchOne({ name, href: null }, this.#signal);
  }

  fetchByName(change: PendingChange): Promise<RemoteBody | null> {
    const href = parseMetadata(change.metadata)?.href ?? null;
    return this.#context.remote.fetchOne({ name: this.name, href }, this.#signal);
  }

  async bringIn(body: RemoteBody): Promise<void> {
    const columns = this.texts.scanColumns(body.text);
    const metadata = encodeMetadata(metadataOf(body));
    await this.#context.local.batch(
      [{ kind: "put", name: body.name, text: body.text, metadata, columns }],
      { notify: false },
    );
  }

  /** Of a resource that a direct request did not find. The user's side stays. */
  async dropServerSide(name: ResourceName): Promise<void> {
    const remove = { kind: "remove", name, reason: "deleted on the server" } as const;
    await this.#context.local.batch([remove], { notify: false });
  }

  async findByUid(change: PendingChange): Promise<RemoteBody | null> {
    return change.uid === null ? null : this.#context.remote.findByUid(change.uid, this.#signal);
  }

  /**
   * A write that depends on the server still having `known`. If-Match compares strongly (RFC 9110 §13.1.1), so a
   * server that has only weak tags refuses every such write, and one without ETags may change its schedule tags at
   * will: there, as where there are none, the bodies are compared instead, just before.
   */
  async ifUnchanged(
    known: RemoteBody,
    write: (target: ConditionalTarget) => Promise<WriteResult>,
  ): Promise<WriteResult> {
    if (known.etag === null && known.scheduleTag === null) {
      const theirs = await this.fetch(known);
      if (theirs === null) return { kind: "gone" };
      if (theirs.text !== known.text) return { kind: "precondition-failed" };
    }
    const written = await write(conditional(known));
    const isStrong = known.etag !== null && !known.etag.startsWith("W/");
    if (written.kind !== "precondition-failed" || isStrong) return written;
    const theirs = await this.fetch(known);
    if (theirs?.text !== known.text) return written;
    return write(conditional({ ...known, etag: null, scheduleTag: null }));
  }

  put(target: WriteTarget, text: string): Promise<WriteResult> {
    return this.#context.remote.put(target, text, target.precondition, this.#signal);
  }

  remove(target: ConditionalTarget): Promise<WriteResult> {
    return this.#context.remote.remove(target, target.precondition, this.#signal);
  }

  /** @throws AppError when the calendar is gone as a whole */
  async requireCollection(): Promise<void> {
    await this.#context.remote.status(this.#signal);
  }

  /** True for a version on the server that is our own, sent earlier without learning how it ended. */
  isOurs(change: PendingChange, theirs: string): boolean {
    return change.earlierTexts.some((mine) => saysTheSame(this.texts, mine, theirs));
  }

  /** Settles with what the server holds after a write, which need not be what was sent. */
  async readBack(change: PendingChange, written: Done, sent: string): Promise<Step> {
    const { name, href, etag, scheduleTag } = written;
    if (written.proven) return this.stored(change, sent, { href, etag, scheduleTag }, name);
    const { remote } = this.#context;
    const body =
      (await remote.fetchOne({ name, href }, this.#signal)) ?? (await this.findByUid(change));
    // The old text again: a server whose reads lag behind its writes. Taking it would undo the edit on the screen.
    const isOld =
      body?.text === change.serverText &&
      body.text !== sent &&
      body.etag === parseMetadata(change.metadata)?.etag;
    // Cut short on the way: the server's log of changes will not name it again.
    const isCut = body !== null && isWholeObject(sent) && !isWholeObject(body.text);
    if (body === null || isOld || isCut) {
      return this.refuse(change, refusalOf(notFoundAfterWriting()), "later");
    }
    return this.stored(change, body.text, metadataOf(body), body.name);
  }

  async stored(
    change: PendingChange,
    text: string,
    metadata: RemoteMetadata,
    name: ResourceName,
    adopted?: { readonly etag: string | null },
  ): Promise<Step> {
    const settlement = {
      kind: "stored",
      text,
      metadata: encodeMetadata(metadata),
      columns: this.texts.scanColumns(text),
      ...(adopted === undefined ? {} : { adopted }),
    } as const;
    const result = await this.settle(
      change,
      name === this.name ? settlement : { ...settlement, newName: name },
    );
    this.#created ||= change.kind === "create";
    if (result.pending === null) return { kind: "done", created: this.#created };
    this.#name = name;
    return undefined;
  }

  async yielded(change: PendingChange, conflict: ConflictRecord): Promise<Step> {
    const result = await this.settle(change, { kind: "yield", conflict });
    return result.pending === null ? { kind: "yielded" } : undefined;
  }

  async removed(change: PendingChange): Promise<Step> {
    const result = await this.settle(change, { kind: "removed" });
    return result.pending === null ? { kind: "done", created: false } : undefined;
  }

  settle(change: PendingChange, settlement: Settlement): Promise<SettleResult> {
    return this.#context.local.settle(this.name, change.revision, settlement);
  }
}

interface WriteTarget {
  readonly name: ResourceName;
  readonly href: Href | null;
  readonly precondition: Parameters<RemoteCollection["put"]>[2];
}

interface ConditionalTarget {
  readonly name: ResourceName;
  readonly href: Href;
  readonly precondition: Parameters<RemoteCollection["remove"]>[1];
}

/** A schedule tag is left out where there is an ETag: some servers change it without need (Cyrus on PARTSTAT). */
function conditional({ name, href, etag, scheduleTag }: RemoteBody): ConditionalTarget {
  return { name, href, precondition: { etag, scheduleTag: etag === null ? scheduleTag : null } };
}
