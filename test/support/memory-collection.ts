/**
 * A calendar collection of a server in memory, correct by default, with named misbehaviours; and what another
 * client does to it. Every request passes {@link MemoryCollection.intercept}, which may let it fail before it
 * is carried out or lose its answer afterwards.
 */

import type {
  ChangePage,
  CollectionStatus,
  FetchedBody,
  RemoteBody,
  RemoteCollection,
  RemoteMember,
  WriteResult,
} from "../../src/background/sync/ports.ts";
import {
  brandAs,
  type ETag,
  type Href,
  type ResourceName,
  type SyncToken,
} from "../../src/shared/brands.ts";
import { AppError, type ErrorCode } from "../../src/shared/errors.ts";

export interface Misbehaviours {
  /** No sync-collection: ctag and listings only. */
  noSyncCollection?: boolean;
  noCtag?: boolean;
  /** Members a page of changes holds before it is cut with 507. */
  pageSize?: number;
  /** No proof that the bytes sent were kept: has to be read back. */
  neverProven?: boolean;
  /** What the server makes of a text it is sent. */
  rewrite?: (text: string) => string;
  /** Full listings (not direct requests) leave these out. */
  hidden?: (name: string) => boolean;
  /** Bodies of these cannot be fetched. */
  broken?: (name: string) => boolean;
  /** Multiget fails as a whole when it contains one of these. */
  breaksReport?: (name: string) => boolean;
  /** Multiget answers 404 for these although they are there. */
  lostInReport?: (name: string) => boolean;
  /** Writes to these are refused with 403. */
  forbidden?: (name: string) => boolean;
  /** Resources may share a UID, as where an override has one of its own. */
  sharesUids?: boolean;
}

export type RemoteCall =
  | "status"
  | "changesSince"
  | "list"
  | "fetchBodies"
  | "fetchOne"
  | "put"
  | "remove"
  | "findByUid";

/** What happens to a request: nothing, or it never arrives, or its answer is lost. */
export type Fate = "answered" | "not-sent" | "answer-lost";

const BATCH = 50;
const uidOf = (text: string): string | null => /^UID:(.*)$/m.exec(text)?.[1]?.trim() ?? null;

export class MemoryCollection implements RemoteCollection {
  readonly url = "https://dav.example/calendars/alice/home/";
  readonly misbehaviours: Misbehaviours;
  readonly calls: RemoteCall[] = [];
  intercept: (call: RemoteCall, name?: string) => Fate | Promise<Fate> = () => "answered";
  failure: ErrorCode = "network";
  readonly #members = new Map<string, { text: string; version: number }>();
  readonly #removed = new Map<string, number>();
  #version = 0;
  #oldestToken = 0;
  #requests = 0;

  constructor(misbehaviours: Misbehaviours = {}) {
    this.misbehaviours = misbehaviours;
  }

  /* What another client, or the server itself, does. */

  write(name: string, text: string): void {
    this.#members.set(name, { text, version: ++this.#version });
    this.#removed.delete(name);
  }

  delete(name: string): void {
    if (this.#members.delete(name)) this.#removed.set(name, ++this.#version);
  }

  expireTokens(): void {
    this.#oldestToken = ++this.#version;
  }

  texts(): Map<string, string> {
    return new Map([...this.#members].map(([name, { text }]) => [name, text]));
  }

  count(...calls: RemoteCall[]): number {
    return this.calls.filter((call) => calls.includes(call)).length;
  }

  /* RemoteCollection */

  async status(signal: AbortSignal): Promise<CollectionStatus> {
    return this.#request("status", undefined, signal, () => ({
      syncToken: this.misbehaviours.noSyncCollection ? null : this.#token(this.#version),
      ctag: this.misbehaviours.noCtag ? null : `ctag-${this.#version}`,
      displayName: "Home",
      color: null,
      readOnly: false,
      components: ["VEVENT"],
    }));
  }

  async changesSince(token: SyncToken | null, signal: AbortSignal): Promise<ChangePage> {
    return this.#request("changesSince", undefined, signal, () => {
      if (this.misbehaviours.noSyncCollection) throw new AppError("unsupported", "no report");
      const since = token === null ? 0 : Number(token.split("/").pop());
      if (token !== null && since < this.#oldestToken)
        throw new AppError("sync-token-invalid", "expired");
      const isFull = token === null;
      const lines = [
        ...[...this.#members]
          .filter(([name, { version }]) => version > since && !(isFull && this.#isHidden(name)))
          .map(([name, { version }]) => ({ name, version, isGone: false })),
        ...(isFull ? [] : [...this.#removed])
          .filter(([, version]) => version > since)
          .map(([name, version]) => ({ name, version, isGone: true })),
      ].sort((a, b) => a.version - b.version);
      const page = lines.slice(0, this.misbehaviours.pageSize ?? lines.length);
      const more = page.length < lines.length;
      return {
        changed: page.filter((line) => !line.isGone).map((line) => this.#member(line.name)),
        removed: page.filter((line) => line.isGone).map((line) => brandAs<ResourceName>(line.name)),
        token: this.#token(more ? (page.at(-1)?.version ?? since) : this.#version),
        more,
      };
    });
  }

  async list(signal: AbortSignal): Promise<readonly RemoteMember[]> {
    return this.#request("list", undefined, signal, () =>
      [...this.#members.keys()]
        .filter((name) => !this.#isHidden(name))
        .map((name) => this.#member(name)),
    );
  }

  async fetchBodies(
    members: readonly RemoteMember[],
    onBatch: (batch: readonly FetchedBody[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let start = 0; start < members.length; start += BATCH) {
      const some = members.slice(start, start + BATCH);
      const batch = await this.#request("fetchBodies", undefined, signal, () => {
        if (some.some(({ name }) => this.misbehaviours.breaksReport?.(name)))
          throw new AppError("http", "500");
        return some.map(({ name }): FetchedBody => {
          if (this.misbehaviours.broken?.(name))
            return { kind: "failed", name, reason: "The server cannot read it." };
          const body = this.#body(name);
          if (body === null || this.misbehaviours.lostInReport?.(name))
            return { kind: "gone", name };
          return { kind: "body", body };
        });
      });
      await onBatch(batch);
    }
  }

  async fetchOne(
    { name }: { name: ResourceName; href: Href | null },
    signal: AbortSignal,
  ): Promise<RemoteBody | null> {
    return this.#request("fetchOne", name, signal, () => {
      if (this.misbehaviours.broken?.(name)) throw new AppError("http", "500");
      return this.#body(name);
    });
  }

  async put(
    { name }: { name: ResourceName; href: Href | null },
    text: string,
    precondition: { etag: ETag | null } | "create",
    signal: AbortSignal,
  ): Promise<WriteResult> {
    return this.#request("put", name, signal, (): WriteResult => {
      if (this.misbehaviours.forbidden?.(name)) throw new AppError("forbidden", "403");
      const there = this.#body(name);
      if (precondition === "create") {
        if (there !== null) return { kind: "precondition-failed" };
        const uid = uidOf(text);
        const holder = [...this.#members].find(([, member]) => uidOf(member.text) === uid);
        if (holder !== undefined && !this.misbehaviours.sharesUids)
          return { kind: "uid-conflict", href: this.#member(holder[0]).href };
      } else if (
        there === null ||
        (precondition.etag !== null && precondition.etag !== there.etag)
      ) {
        return { kind: "precondition-failed" };
      }
      const kept = this.misbehaviours.rewrite?.(text) ?? text;
      this.write(name, kept);
      const member = this.#member(name);
      const proven = !this.misbehaviours.neverProven && kept === text;
      const etag = proven ? member.etag : null;
      return { kind: "done", ...member, etag, scheduleTag: null, proven };
    });
  }

  async remove(
    { name }: { name: ResourceName; href: Href },
    precondition: { etag: ETag | null },
    signal: AbortSignal,
  ): Promise<WriteResult> {
    return this.#request("remove", name, signal, (): WriteResult => {
      if (this.misbehaviours.forbidden?.(name)) throw new AppError("forbidden", "403");
      const there = this.#body(name);
      if (there === null) return { kind: "gone" };
      if (precondition.etag !== null && precondition.etag !== there.etag)
        return { kind: "precondition-failed" };
      this.delete(name);
      const facts = { name: there.name, href: there.href, etag: null, scheduleTag: null };
      return { kind: "done", ...facts, proven: true };
    });
  }

  async findByUid(uid: string, signal: AbortSignal): Promise<RemoteBody | null> {
    return this.#request("findByUid", undefined, signal, () => {
      const holder = [...this.#members].find(([, { text }]) => uidOf(text) === uid);
      return holder === undefined ? null : this.#body(holder[0]);
    });
  }

  takeTraffic(): { requests: number; bytes: number } {
    const requests = this.#requests;
    this.#requests = 0;
    return { requests, bytes: 0 };
  }

  async #request<T>(
    call: RemoteCall,
    name: string | undefined,
    signal: AbortSignal,
    work: () => T,
  ): Promise<T> {
    if (signal.aborted) throw new AppError("aborted", "stopped", { retry: "later" });
    this.calls.push(call);
    this.#requests++;
    const fate = await this.intercept(call, name);
    if (fate === "not-sent") throw this.#lost();
    const answer = work();
    if (fate === "answer-lost") throw this.#lost();
    return answer;
  }

  #lost(): AppError {
    return new AppError(this.failure, "no answer", { retry: "later" });
  }

  #isHidden(name: string): boolean {
    return this.misbehaviours.hidden?.(name) ?? false;
  }

  #token(version: number): SyncToken {
    return brandAs<SyncToken>(`https://dav.example/sync/${version}`);
  }

  #member(name: string): RemoteMember {
    const version = this.#members.get(name)?.version ?? 0;
    return {
      name: brandAs<ResourceName>(name),
      href: brandAs<Href>(`/calendars/alice/home/${encodeURIComponent(name)}`),
      etag: brandAs<ETag>(`"${version}"`),
    };
  }

  #body(name: string): RemoteBody | null {
    const member = this.#members.get(name);
    if (member === undefined) return null;
    return { ...this.#member(name), text: member.text, scheduleTag: null };
  }
}
