/**
 * Fetches the bodies a plan asks for and hands them to the item store as they arrive, a few batches behind, so that
 * memory is bounded by batches. A member that cannot be fetched is quarantined and never stops the rest; damaged texts
 * are stored like any other (they must be backed up) and remembered. Where many known members changed, versions
 * older than those here are set apart for the guard.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { toWire } from "../../shared/errors.ts";
import { type BatchOperation, ITEM_FLAG, type ItemColumns } from "../../shared/item-store.ts";
import { Arrivals } from "./arrivals.ts";
import { forEachBounded } from "./bounded.ts";
import { isOlder, SEVERAL } from "./guard.ts";
import { stopsRun } from "./outcome.ts";
import type { FetchedBody, RemoteBody, RemoteMember, RemoteMetadata, SyncState } from "./ports.ts";
import { applyBatch, type SyncRun } from "./sync-run.ts";
import { encodeMetadata, type Unfetched } from "./sync-state.ts";
import { type MarkedNames, markOf } from "./text-mark.ts";

/** Single GETs at a time: enough to hide latency, few enough for servers that count connections. */
const SINGLE_REQUESTS = 6;

/** By one message and transaction, which cost much the same whatever they hold; `LocalCalendar.batch` splits more. */
const STORED_TOGETHER = 300;
/** In UTF-16 units. */
const LONGEST_TOGETHER = 2_000_000;
/** Batches being stored or waiting for it, before the next one waits as it is. */
const AHEAD = 4;

/** What is found out of a body as soon as it is here. Whether and how it is stored is decided when its turn has come. */
interface Scanned {
  readonly body: RemoteBody;
  readonly columns: ItemColumns;
}

export class Download {
  readonly #run: SyncRun;
  readonly #unfetched: Map<string, Unfetched>;
  readonly #unreadable: Map<string, number>;
  /** Written by a push while their bodies were on the way: fetched once more, alone, at the end. */
  readonly #contested = new Map<string, RemoteMember>();
  /** Found to be gone by a direct 404 or 410 while fetching. */
  readonly gone = new Set<ResourceName>();
  /** Not stored: the server's version is older than the one here, and many changed. */
  readonly reversals = new Map<string, RemoteMember & { readonly mark: string }>();
  #done = 0;
  #total = 0;

  constructor(run: SyncRun, state: SyncState) {
    this.#run = run;
    this.#unfetched = new Map(state.unfetched.map((member) => [member.name, member]));
    this.#unreadable = new Map(state.unreadable.map(({ name, since }) => [name, since]));
  }

  /** What the state remembers of members not fetched, or stored although damaged. */
  quarantine(): Pick<SyncState, "unfetched" | "unreadable"> {
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    return {
      unfetched: [...this.#unfetched.values()].sort(byName),
      unreadable: [...this.#unreadable]
        .map(([name, since]) => ({ name: name as ResourceName, since }))
        .sort(byName),
    };
  }

  forget(name: string): void {
    this.#unfetched.delete(name);
    this.#unreadable.delete(name);
  }

  /**
   * @param known how many of them are known here in another version
   * @throws AppError for which going on is useless; what arrived before is stored
   */
  async fetch(members: readonly RemoteMember[], known: number): Promise<void> {
    if (members.length === 0) return;
    const cautious = known >= SEVERAL;
    this.#total += members.length;
    this.#report();
    const waiting = new Map<string, RemoteMember>(members.map((member) => [member.name, member]));
    const singly: RemoteMember[] = [];
    const arrivals = new Arrivals<Scanned>({ fits: fitsOneStore, ahead: AHEAD }, (bodies) =>
      this.#store(bodies, cautious),
    );
    try {
      await this.#run.remote.fetchBodies(
        members,
        async (batch) => {
          const bodies: Scanned[] = [];
          for (const fetched of batch) {
            const member = waiting.get(nameOf(fetched));
            if (member === undefined) continue;
            waiting.delete(member.name);
            if (fetched.kind === "body") bodies.push(this.#scan(fetched.body));
            // 404 for one member of a multiget may be the report's fault (RFC 4791 §7.9): ask for it alone.
            else if (fetched.kind === "gone") singly.push(member);
            else this.#quarantine(member, fetched.reason);
          }
          if (bodies.length > 0) await arrivals.take(bodies);
        },
        this.#run.signal,
      );
    } catch (error) {
      await arrivals.settled();
      if (arrivals.failure === undefined && stopsRun(error)) throw error;
      // The report fails as a whole: perhaps one member breaks it, so each is asked for alone.
    }
    await arrivals.settled();
    if (arrivals.failure !== undefined) throw arrivals.failure.error;
    singly.push(...waiting.values());
    await this.#fetchSingly(singly, cautious);
  }

  /** One GET each. @param onBody what came of it */
  async #fetchSingly(
    members: readonly RemoteMember[],
    cautious: boolean,
    onBody: (body: RemoteBody) => void = () => {},
  ): Promise<void> {
    await forEachBounded(members, SINGLE_REQUESTS, async (member) => {
      const body = await this.#fetchOne(member);
      if (body === undefined) return;
      if (body !== null) {
        await this.#store([this.#scan(body)], cautious);
        return onBody(body);
      }
      this.#unfetched.delete(member.name);
      this.gone.add(member.name);
      this.#advance(1);
    });
  }

  /** Takes over the older versions after all. @returns what was taken over */
  async acceptReversals(): Promise<MarkedNames> {
    const members = [...this.reversals.values()];
    this.reversals.clear();
    const names: ResourceName[] = [];
    const taken: string[] = [];
    await this.#fetchSingly(members, false, ({ name, text }) => {
      names.push(name);
      taken.push(markOf(text));
    });
    return { names, taken };
  }

  /** Stores bodies that came by another way, e.g. while a removal was being confirmed. */
  async keep(bodies: readonly RemoteBody[]): Promise<void> {
    await this.#store(
      bodies.map((body) => this.#scan(body)),
      false,
    );
  }

  /** Looks at a member once more, alone, in {@link settleContested}. */
  contest(member: RemoteMember): void {
    this.#contested.set(member.name, member);
  }

  /** True when every body that arrived is stored. */
  get isSettled(): boolean {
    return this.#contested.size + this.gone.size + this.reversals.size === 0;
  }

  /** Asks again for what a push wrote in the meantime, with nobody else at the resource. */
  async settleContested(): Promise<void> {
    const run = this.#run;
    for (const member of this.#contested.values()) {
      await run.mutex.run(member.name, async () => {
        const body = await this.#fetchOne(member);
        if (body === null) this.gone.add(member.name);
        else if (body !== undefined) await applyBatch(run, [this.#put(this.#scan(body))]);
      });
    }
    this.#contested.clear();
  }

  /** `null`: gone; `undefined`: it cannot be had and is quarantined. */
  async #fetchOne(member: RemoteMember): Promise<RemoteBody | null | undefined> {
    try {
      return await this.#run.remote.fetchOne(member, this.#run.signal);
    } catch (error) {
      if (stopsRun(error)) throw error;
      this.#quarantine(member, toWire(error).message);
      return undefined;
    }
  }

  /** @param cautious sets versions apart that are older than those here */
  async #store(bodies: readonly Scanned[], cautious: boolean): Promise<void> {
    const operations: BatchOperation[] = [];
    const older = cautious ? await this.#olderThanHere(bodies) : null;
    for (const scanned of bodies) {
      const { body } = scanned;
      if (older?.has(body.name)) {
        const { name, href, etag, text } = body;
        this.reversals.set(name, { name, href, etag, mark: markOf(text) });
        this.#unfetched.delete(body.name);
        continue;
      }
      if (this.#run.mutex.usedSince(body.name, this.#run.startedAt))
        this.#contested.set(body.name, body);
      else operations.push(this.#put(scanned));
    }
    await applyBatch(this.#run, operations);
    this.#advance(bodies.length);
  }

  async #olderThanHere(bodies: readonly Scanned[]): Promise<ReadonlySet<string>> {
    const { local, texts } = this.#run;
    const rows = await local.getResources(bodies.map(({ body }) => body.name));
    const known = new Map(rows.map(({ name, serverText }) => [name as string, serverText]));
    const older = bodies.filter(({ body, columns }) => {
      const here = known.get(body.name);
      if (here == null || here === body.text) return false;
      return isOlder(columns, texts.scanColumns(here));
    });
    return new Set(older.map(({ body }) => body.name));
  }

  #scan(body: RemoteBody): Scanned {
    return { body, columns: this.#run.texts.scanColumns(body.text) };
  }

  #put({ body, columns }: Scanned): BatchOperation {
    this.#unfetched.delete(body.name);
    if ((columns.flags & ITEM_FLAG.unreadable) === 0) this.#unreadable.delete(body.name);
    else if (!this.#unreadable.has(body.name)) this.#unreadable.set(body.name, this.#run.now());
    const metadata: RemoteMetadata = {
      href: body.href,
      etag: body.etag,
      scheduleTag: body.scheduleTag,
    };
    return {
      kind: "put",
      name: body.name,
      text: body.text,
      metadata: encodeMetadata(metadata),
      columns,
    };
  }

  #quarantine(member: RemoteMember, reason: string): void {
    const before = this.#unfetched.get(member.name);
    this.#unfetched.set(member.name, {
      name: member.name,
      href: member.href,
      etag: member.etag,
      attempts: (before?.attempts ?? 0) + 1,
      reason,
      since: before?.since ?? this.#run.now(),
    });
    this.#advance(1);
  }

  #advance(count: number): void {
    this.#done += count;
    this.#report();
  }

  #report(): void {
    this.#run.onProgress({ done: this.#done, total: this.#total, note: "receiving" });
  }
}

const fitsOneStore = (bodies: readonly Scanned[]): boolean =>
  bodies.length <= STORED_TOGETHER &&
  bodies.reduce((length, { body }) => length + body.text.length, 0) <= LONGEST_TOGETHER;

const nameOf = (fetched: FetchedBody): ResourceName =>
  fetched.kind === "body" ? fetched.body.name : fetched.name;
