/**
 * The server as the sync engine sees it: one calendar collection (RFC 4791 §4.2) behind {@link RemoteCollection}.
 * Chooses reports and preconditions and reads what the answers mean; the bodies are body-fetcher.ts's, the rules
 * of listings members.ts's. Decides nothing about the user's edits.
 */
import type { Href, ResourceName, SyncToken } from "../../shared/brands.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import type {
  ChangePage,
  CollectionStatus,
  FetchedBody,
  RemoteBody,
  RemoteCollection,
  RemoteMember,
  WriteResult,
} from "../sync/ports.ts";
import { type RetryOptions, withRetry } from "../transport/retry.ts";
import { TrafficCounter } from "../transport/traffic.ts";
import type { Transport } from "../transport/transport.ts";
import { DavClient, type WriteAnswer } from "../webdav/dav-client.ts";
import { isWeak, preconditionHeaders, strengthen, type WritePrecondition } from "../webdav/etag.ts";
import { withTrailingSlash } from "../webdav/href.ts";
import type { Multistatus } from "../webdav/multistatus.ts";
import { clark, dav } from "../webdav/names.ts";
import type { XmlParser } from "../webdav/xml.ts";
import { BodyFetcher } from "./body-fetcher.ts";
import { holdsUid, uidsOf } from "./calendar-data.ts";
import { MemberAddresses } from "./member-addresses.ts";
import {
  isTruncated,
  MEMBER_PROPERTIES,
  readChangePage,
  readMembers,
  selfTest,
} from "./members.ts";
import { readStatus } from "./properties.ts";
import { ask, COLLECTIONS } from "./property-question.ts";
import { ignoresIfNoneMatch } from "./quirks.ts";
import { queryByUid, syncCollection } from "./reports.ts";
import { readDeleteAnswer, readPutAnswer } from "./write-result.ts";

export interface CalendarCollectionOptions {
  readonly url: string;
  /** With the account's credentials for the origin of `url`; repetition is added here. */
  readonly transport: Transport;
  /** Default: the platform's DOMParser. */
  readonly parseXml?: XmlParser;
  readonly retry?: RetryOptions;
}

const CONTENT_TYPE = "text/calendar; charset=utf-8";
/** Creates read back unchanged before a server is believed to keep what it is sent. */
const PROOFS_NEEDED = 2;

export class CalendarCollection implements RemoteCollection {
  /** With its trailing slash. */
  readonly url: string;
  readonly #client: DavClient;
  readonly #traffic: TrafficCounter;
  readonly #addresses: MemberAddresses;
  readonly #bodies: BodyFetcher;
  /** Texts sent and not read back yet. */
  readonly #created = new Map<ResourceName, string>();
  /** Creates that were read back unchanged; `null` once one was not: this server re-serialises. */
  #proofs: number | null = 0;

  constructor(options: CalendarCollectionOptions) {
    this.url = withTrailingSlash(options.url);
    this.#traffic = new TrafficCounter(options.transport);
    this.#client = new DavClient({
      transport: withRetry(this.#traffic, options.retry),
      parseXml: options.parseXml,
    });
    this.#addresses = new MemberAddresses(this.url);
    this.#bodies = new BodyFetcher(this.#client, this.url, this.#addresses);
  }

  async status(signal: AbortSignal): Promise<CollectionStatus> {
    const multistatus = await ask(this.#client, this.url, "0", COLLECTIONS, signal);
    const own =
      multistatus.responses.find(selfTest(multistatus.url, this.url)) ?? multistatus.responses[0];
    if (!own) throw noAnswer();
    return readStatus(own);
  }

  async changesSince(token: SyncToken | null, signal: AbortSignal): Promise<ChangePage> {
    const page = readChangePage(await this.#syncCollection(token, signal), this.url);
    this.#addresses.learn(page.changed);
    // Without a new token the next page would be this one again; one without a change may be followed for ever.
    const goesOn = page.token !== null && page.token !== token;
    if (page.more && !(goesOn && page.changed.length + page.removed.length > 0)) {
      throw new AppError("unsupported", "The server cuts its list of changes and cannot go on.", {
        hint: "CalDAV Keeper reads the whole list instead.",
      });
    }
    return page;
  }

  async #syncCollection(token: SyncToken | null, signal: AbortSignal): Promise<Multistatus> {
    try {
      return await this.#client.report(this.url, "0", syncCollection(token), signal);
    } catch (error) {
      const reading = readSyncRefusal(error, token);
      if (reading !== "retry-without-token") throw reading;
      try {
        return await this.#client.report(this.url, "0", syncCollection("omitted"), signal);
      } catch (second) {
        throw isAppError(second) && isClientError(second) ? unsupportedSync(second) : second;
      }
    }
  }

  async list(signal: AbortSignal): Promise<readonly RemoteMember[]> {
    const multistatus = await this.#client.propfind(this.url, "1", MEMBER_PROPERTIES, signal);
    // A real listing has at least the collection itself (RFC 4918 §9.1).
    if (multistatus.responses.length === 0 || isTruncated(multistatus, this.url)) throw noAnswer();
    const members = readMembers(multistatus, this.url);
    this.#addresses.learn(members);
    return members;
  }

  fetchBodies(
    members: readonly RemoteMember[],
    onBatch: (batch: readonly FetchedBody[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#bodies.fetchBodies(members, onBatch, signal);
  }

  async fetchOne(
    member: { name: ResourceName; href: Href | null },
    signal: AbortSignal,
  ): Promise<RemoteBody | null> {
    const body = await this.#bodies.fetchOne(member, signal);
    if (body) this.#learnFromReadBack(body);
    return body;
  }

  async put(
    target: { name: ResourceName; href: Href | null },
    text: string,
    precondition: WritePrecondition | "create",
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const create = precondition === "create";
    const { url, href } = this.#addresses.addressOf(target);
    if (create && ignoresIfNoneMatch(url) && (await this.#client.get(url, signal)) !== null) {
      return { kind: "precondition-failed" };
    }
    const answer = await this.#conditionally(precondition, (headers) =>
      this.#client.put(url, text, CONTENT_TYPE, headers, signal),
    );
    const keepsBytes = this.#keepsBytes(text);
    const reading = readPutAnswer(answer, { href, create, keepsBytes });
    if (reading.kind === "error") throw reading.error;
    if (reading.kind === "suspect") return this.#explainCreate(target, text, reading.error, signal);
    const { result } = reading;
    if (create && result.kind === "done") this.#created.set(result.name, text);
    else this.#created.delete(target.name);
    return result;
  }

  async remove(
    target: { name: ResourceName; href: Href },
    precondition: WritePrecondition,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const { url, href } = this.#addresses.addressOf(target);
    const answer = await this.#conditionally(precondition, (headers) =>
      this.#client.delete(url, headers, signal),
    );
    const reading = readDeleteAnswer(answer, href);
    // A captive portal answers everything with 200 and a page: whether the server did it, only a look can tell.
    if (reading.kind === "suspect" && (await this.#bodies.fetchOne(target, signal)) === null) {
      return { kind: "gone" };
    }
    if (reading.kind === "result") return reading.result;
    throw reading.error ?? answer.error();
  }

  async findByUid(uid: string, signal: AbortSignal): Promise<RemoteBody | null> {
    // RFC 4791 §9.7.1: the filter names one kind of component, and a resource holds only one (§4.1).
    let refusal: unknown;
    let answered = false;
    for (const component of ["VEVENT", "VTODO", "VJOURNAL"]) {
      try {
        const report = queryByUid(uid, component);
        const multistatus = await this.#client.report(this.url, "1", report, signal);
        answered = true;
        const members = readMembers(multistatus, this.url);
        this.#addresses.learn(members);
        for (const member of members) {
          const body = await this.#bodies.fetchOne(member, signal);
          if (body && holdsUid(body.text, uid)) return body;
        }
      } catch (error) {
        // A server without VJOURNAL may refuse to be asked about it.
        if (!isAppError(error) || !isClientError(error) || isAppError(error, "unauthorized")) {
          throw error;
        }
        refusal = error;
      }
    }
    if (!answered) throw refusal;
    return null;
  }

  takeTraffic(): { requests: number; bytes: number } {
    return this.#traffic.take();
  }

  /**
   * Sends a write with its precondition. A weak tag never matches where If-Match is compared as RFC 9110 §13.1.1
   * says; the weakness may come from a proxy only, so on 412 the tag is tried without it.
   */
  async #conditionally(
    precondition: WritePrecondition | "create",
    send: (headers: Record<string, string>) => Promise<WriteAnswer>,
  ): Promise<WriteAnswer> {
    const answer = await send(preconditionHeaders(precondition));
    if (answer.status !== 412 || precondition === "create") return answer;
    const { etag } = precondition;
    if (etag === null || !isWeak(etag)) return answer;
    return send(preconditionHeaders({ etag: strengthen(etag), scheduleTag: null }));
  }

  /** A refused create: is the name taken, is the UID, or is it something else? */
  async #explainCreate(
    target: { name: ResourceName; href: Href | null },
    text: string,
    refusal: AppError | null,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    if ((await this.#bodies.fetchOne(target, signal)) !== null) {
      return { kind: "precondition-failed" };
    }
    const uid = uidsOf(text)[0];
    const holder = uid === undefined ? null : await this.#findQuietly(uid, signal);
    if (holder) return { kind: "uid-conflict", href: holder.href };
    if (refusal) throw refusal;
    return { kind: "uid-conflict", href: null };
  }

  /** The refusal itself matters more than a search that fails after it. */
  async #findQuietly(uid: string, signal: AbortSignal): Promise<RemoteBody | null> {
    try {
      return await this.findByUid(uid, signal);
    } catch (error) {
      if (isAppError(error, "aborted")) throw error;
      return null;
    }
  }

  /** Servers that send mail may add to what has attendees (RFC 6638 §3.2.9): those are always read back. */
  #keepsBytes(text: string): boolean {
    return this.#proofs !== null && this.#proofs >= PROOFS_NEEDED && !/^ATTENDEE[;:]/im.test(text);
  }

  /** Creates only: an edit starts from the server's own spelling and would come back alike from any server. */
  #learnFromReadBack(body: RemoteBody): void {
    const sent = this.#created.get(body.name);
    if (sent === undefined) return;
    this.#created.delete(body.name);
    if (sent !== body.text) this.#proofs = null;
    else if (this.#proofs !== null) this.#proofs++;
  }
}

function isClientError(error: AppError): boolean {
  const { status } = error.details;
  return typeof status === "number" && ((status >= 400 && status < 500) || status === 501);
}

/** What a refused sync-collection means: which error to throw, or one more try. */
function readSyncRefusal(error: unknown, token: SyncToken | null): unknown {
  if (!isAppError(error)) return error;
  if (error.code === "unauthorized" || error.code === "server-busy") return error;
  const { status, preconditions } = error.details;
  const names: readonly unknown[] = Array.isArray(preconditions) ? preconditions : [];
  // RFC 6578 §3.2: this condition, not the status, says that the token has expired.
  if (names.includes(clark(dav("valid-sync-token")))) {
    return token === null ? unsupportedSync(error) : invalidToken(error);
  }
  if (status === 405 || status === 501 || names.includes(clark(dav("supported-report")))) {
    return unsupportedSync(error);
  }
  // Refused from the start: reports may be forbidden where listings are not (Google's calendars of birthdays).
  if (status === 403 && token === null) return unsupportedSync(error);
  // The calendar itself is gone, or no longer ours to read: a new listing would say the same.
  if (status === 403 || status === 404 || status === 410) return error;
  // Xandikos 0.2.8 fails with 500 on a token it does not know.
  if (status === 500 && token !== null) return invalidToken(error);
  if (isClientError(error) || status === 507) {
    // Servers with their own way to say it (400, 409, 412, 415, 418): a full listing is always right.
    if (token !== null) return invalidToken(error);
    return status === 507 ? unsupportedSync(error) : "retry-without-token";
  }
  return error;
}

function invalidToken(cause: AppError): AppError {
  return new AppError("sync-token-invalid", "The server has forgotten what it told us before.", {
    hint: "CalDAV Keeper reads the whole list again. Nothing is lost.",
    details: cause.details,
    cause,
  });
}

function unsupportedSync(cause: AppError): AppError {
  return new AppError("unsupported", "The server cannot list only what changed.", {
    hint: "CalDAV Keeper reads the whole list instead.",
    details: cause.details,
    cause,
  });
}

function noAnswer(): AppError {
  return new AppError("protocol", "The server's list of events is incomplete.", {
    hint: "Nothing was removed. CalDAV Keeper tries again at the next sync.",
    retry: "later",
  });
}
