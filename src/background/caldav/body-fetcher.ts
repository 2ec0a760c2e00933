/**
 * Fetches bodies of many members: calendar-multiget in adaptive batches (RFC 4791 §7.9), several in flight,
 * and GET for whatever a multiget leaves out, refuses, or cannot carry byte for byte. One bad member never
 * costs the others; only what concerns all of them (network, credentials) is thrown.
 */
import type { Href, ResourceName } from "../../shared/brands.ts";
import { AppError, type ErrorCode, isAppError } from "../../shared/errors.ts";
import { isWholeObject } from "../../shared/ical/whole-object.ts";
import type { FetchedBody, RemoteBody, RemoteMember } from "../sync/ports.ts";
import { type DavClient, looksLikeHtml } from "../webdav/dav-client.ts";
import { isWeak, parseETag, parseScheduleTag } from "../webdav/etag.ts";
import { resolveHref, resourceName } from "../webdav/href.ts";
import type { DavResponse } from "../webdav/multistatus.ts";
import { caldav, dav } from "../webdav/names.ts";
import {
  bodyFromMultiget,
  byteLength,
  compareBytes,
  type Fidelity,
  type MultigetText,
} from "./calendar-data.ts";
import type { MemberAddresses } from "./member-addresses.ts";
import { BatchSize, Turnstile } from "./multiget.ts";
import { calendarMultiget } from "./reports.ts";

const IN_FLIGHT = 4;
/** So few are read by GET: as many requests, and the exact bytes without a comparison. */
const GET_AT_MOST = 3;

/** In a row: then the server, not the members, may be at fault, and going on would keep it busy for hours. */
const FAILURES_IN_A_ROW = 20;
const TIMEOUTS_IN_A_ROW = 4;

const CONCERNS_ALL: ReadonlySet<ErrorCode> = new Set([
  "aborted",
  "offline",
  "network",
  "unauthorized",
  "server-busy",
  "moved",
  "insecure-location",
]);

type OnBatch = (batch: readonly FetchedBody[]) => Promise<void>;

export class BodyFetcher {
  readonly #client: DavClient;
  readonly #collectionUrl: string;
  readonly #addresses: MemberAddresses;
  readonly #size = new BatchSize();
  /** Learnt at the first multiget and kept for the life of this object. */
  #fidelity: Promise<Fidelity> | undefined;
  #multigetWorks = true;
  #failuresInARow = 0;
  #timeoutsInARow = 0;

  constructor(client: DavClient, collectionUrl: string, addresses: MemberAddresses) {
    this.#client = client;
    this.#collectionUrl = collectionUrl;
    this.#addresses = addresses;
  }

  async fetchBodies(
    members: readonly RemoteMember[],
    onBatch: OnBatch,
    signal: AbortSignal,
  ): Promise<void> {
    // A worker that fails stops the others at once: their answers would be handed to nobody.
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const turnstile = new Turnstile();
    let start = 0;
    const nextBatch = (): readonly RemoteMember[] => {
      const batch = members.slice(start, start + this.#size.next());
      start += batch.length;
      return batch;
    };
    const worker = async () => {
      for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
        const fetched = await this.#fetchBatch(batch, both);
        await turnstile.pass(async () => {
          if (!stop.signal.aborted) await onBatch(fetched);
        });
      }
    };
    let firstError: { readonly error: unknown } | undefined;
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, () =>
        worker().catch((error: unknown) => {
          firstError ??= { error };
          stop.abort();
        }),
      ),
    );
    if (firstError) throw firstError.error;
  }

  /** GET of one. @returns `null` when the server says 404 or 410 */
  async fetchOne(
    member: { name: ResourceName; href: Href | null; etag?: RemoteMember["etag"] },
    signal: AbortSignal,
  ): Promise<RemoteBody | null> {
    const { url, href } = this.#addresses.addressOf(member);
    let resource = await this.#client.get(url, signal);
    // Cut short on the way, perhaps; a text that is like this on the server comes back the same.
    if (resource !== null && !isWholeObject(resource.text))
      resource = await this.#client.get(url, signal);
    if (resource === null) return null;
    if (looksLikeHtml(resource.text)) {
      throw new AppError("not-caldav", "The server sent a web page instead of an event.", {
        hint: "What you have is kept. CalDAV Keeper tries again at the next sync.",
        retry: "later",
      });
    }
    if (resource.text.trim() === "") {
      throw new AppError("calendar-data", "The server sent an empty event.", {
        hint: "What you have is kept. CalDAV Keeper tries again at the next sync.",
        retry: "later",
      });
    }
    const own = parseETag(resource.header("etag"));
    // A compressing proxy weakens the tag of a GET, not the one of the listing: that one still fits the writes.
    const etag = own === null || (isWeak(own) && member.etag) ? (member.etag ?? own) : own;
    return {
      name: member.name,
      href,
      etag,
      text: resource.text,
      scheduleTag: parseScheduleTag(resource.header("schedule-tag")),
    };
  }

  async #fetchBatch(
    batch: readonly RemoteMember[],
    signal: AbortSignal,
  ): Promise<readonly FetchedBody[]> {
    if (batch.length <= GET_AT_MOST || !this.#multigetWorks) return this.#getEach(batch, signal);
    let found: Map<ResourceName, Found>;
    try {
      found = await this.#multiget(batch, signal);
    } catch (error) {
      if (concernsAll(error)) throw error;
      if (isAppError(error, "forbidden", "unsupported", "not-found", "not-caldav")) {
        this.#multigetWorks = false;
        return this.#getEach(batch, signal);
      }
      await this.#countFailure(error, signal);
      // One member may make the whole answer fail: halves find out which.
      this.#size.tooMany(batch.length);
      const middle = Math.ceil(batch.length / 2);
      const first = await this.#fetchBatch(batch.slice(0, middle), signal);
      return [...first, ...(await this.#fetchBatch(batch.slice(middle), signal))];
    }
    this.#countSuccess();
    const fidelity = await this.#learnFidelity(found, signal);
    const bodies: FetchedBody[] = [];
    const unread: RemoteMember[] = [];
    let bytes = 0;
    for (const member of batch) {
      const entry = found.get(member.name);
      const text = entry && fidelity ? bodyFromMultiget(entry, fidelity) : null;
      if (entry === undefined || text === null || !isWholeObject(text)) {
        unread.push(member);
        continue;
      }
      bytes += text.length;
      bodies.push({
        kind: "body",
        body: {
          name: member.name,
          href: member.href,
          // The listing's tag, should the answer have none: if it is too old, the next listing shows it.
          etag: entry.etag ?? member.etag,
          scheduleTag: entry.scheduleTag,
          text,
        },
      });
    }
    if (bodies.length > 0) this.#size.learn(bodies.length, bytes);
    return [...bodies, ...(await this.#getEach(unread, signal))];
  }

  /** A 404 in here is no statement: some servers list a member and then do not find it. GET decides. */
  async #multiget(
    batch: readonly RemoteMember[],
    signal: AbortSignal,
  ): Promise<Map<ResourceName, Found>> {
    const body = calendarMultiget(batch.map(({ href }) => href));
    const multistatus = await this.#client.report(this.#collectionUrl, "1", body, signal);
    const found = new Map<ResourceName, Found>();
    for (const response of multistatus.responses) {
      const data = response.propertyText(caldav("calendar-data"));
      if (data !== undefined) found.set(resourceName(response.href), readFound(response, data));
    }
    return found;
  }

  /** Reads one member both ways, once; `null` while there was nothing to compare. */
  async #learnFidelity(
    found: ReadonlyMap<ResourceName, Found>,
    signal: AbortSignal,
  ): Promise<Fidelity | null> {
    const sample = found.values().next().value;
    if (sample === undefined) return (await this.#fidelity) ?? null;
    this.#fidelity ??= this.#compare(sample, signal);
    try {
      return await this.#fidelity;
    } catch (error) {
      this.#fidelity = undefined;
      if (concernsAll(error)) throw error;
      await this.#countFailure(error, signal);
      return null;
    }
  }

  async #compare(sample: Found, signal: AbortSignal): Promise<Fidelity> {
    const url = resolveHref(sample.href, this.#collectionUrl).href;
    const resource = await this.#client.get(url, signal);
    if (resource === null) throw new AppError("not-found", "A listed event cannot be read.");
    const fidelity = compareBytes(sample, {
      text: resource.text,
      sizeBytes: resource.sizeBytes,
    });
    if (fidelity.form === "get") this.#multigetWorks = false;
    return fidelity;
  }

  async #getEach(members: readonly RemoteMember[], signal: AbortSignal): Promise<FetchedBody[]> {
    const results: FetchedBody[] = [];
    let next = 0;
    const worker = async () => {
      for (let member = members[next++]; member; member = members[next++]) {
        results.push(await this.#getOne(member, signal));
      }
    };
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, members.length) }, worker));
    return results;
  }

  async #getOne(member: RemoteMember, signal: AbortSignal): Promise<FetchedBody> {
    try {
      const body = await this.fetchOne(member, signal);
      this.#countSuccess();
      if (body === null) return { kind: "gone", name: member.name };
      this.#size.learn(1, byteLength(body.text));
      return { kind: "body", body };
    } catch (error) {
      if (!isAppError(error) || concernsAll(error)) throw error;
      await this.#countFailure(error, signal);
      return { kind: "failed", name: member.name, reason: error.message };
    }
  }

  /**
   * After many failures in a row the collection itself is asked once: if it answers, the members are bad, and
   * each of them is reported; if not, the server is.
   * @throws the error, or what the collection answers
   */
  async #countFailure(error: unknown, signal: AbortSignal): Promise<void> {
    if (isAppError(error, "timeout")) {
      if (++this.#timeoutsInARow >= TIMEOUTS_IN_A_ROW) throw error;
    } else if (++this.#failuresInARow >= FAILURES_IN_A_ROW) {
      this.#failuresInARow = 0;
      await this.#client.propfind(this.#collectionUrl, "0", [dav("resourcetype")], signal);
    }
  }

  #countSuccess(): void {
    this.#failuresInARow = 0;
    this.#timeoutsInARow = 0;
  }
}

interface Found extends MultigetText {
  readonly href: Href;
  readonly etag: RemoteMember["etag"];
  readonly scheduleTag: RemoteBody["scheduleTag"];
}

function readFound(response: DavResponse, text: string): Found {
  const length = response.propertyText(dav("getcontentlength"))?.trim() ?? "";
  return {
    href: response.href,
    etag: parseETag(response.propertyText(dav("getetag"))),
    scheduleTag: parseScheduleTag(response.propertyText(caldav("schedule-tag"))),
    text,
    contentLength: /^\d+$/.test(length) ? Number(length) : null,
  };
}

/** Nobody's fault in particular: asking for another member would end the same way. */
function concernsAll(error: unknown): boolean {
  if (!isAppError(error)) return true;
  return CONCERNS_ALL.has(error.code);
}
