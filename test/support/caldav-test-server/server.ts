/**
 * The project's own CalDAV server for tests: in memory, byte for byte, correct by default, and wrong on demand
 * (misbehaviour.ts) in ways that can be switched while it runs. Keeps a log of requests, and holds requests
 * at gates so that a test can act "in between".
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { CalendarProperties, DavServer } from "../dav-server.ts";
import type { StoredCalendar } from "./calendar-store.ts";
import { type DavAnswer, DavSemantics } from "./dav-semantics.ts";
import { answerHostilely, isHostile } from "./hostile-answers.ts";
import { CORRECT, type Fault, type Misbehaviours, type RequestMatch } from "./misbehaviour.ts";

export type { Fault, Misbehaviours, RequestMatch } from "./misbehaviour.ts";

export interface RequestRecord {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  /** Lower-case names; without authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  /** It carried credentials, right or wrong. */
  readonly signed: boolean;
  /** `null` while unanswered, and where the answer never came. */
  status: number | null;
  /** Of the answer's body. */
  answerBytes: number;
}

/** Holds matching requests until opened. */
export interface Gate {
  /** Resolves when the first request waits here. */
  readonly reached: Promise<RequestRecord>;
  /** Lets everything pass, now and later. */
  open(): void;
}

interface HeldGate extends Gate {
  readonly match: RequestMatch;
  readonly when: "before" | "after";
  readonly opened: Promise<void>;
  arrive(record: RequestRecord): void;
}

interface ActiveFault {
  readonly fault: Fault;
  readonly match: RequestMatch;
  left: number;
}

export interface CaldavTestServerOptions {
  readonly username?: string;
  readonly password?: string;
  readonly port?: number;
  /** Takes bearer tokens instead of the password: whose one is; `null`: nobody's. */
  readonly personOf?: (token: string) => Promise<string | null>;
}

const PAGE =
  "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Log in</body></html>\n";

export async function startCaldavTestServer(
  options: CaldavTestServerOptions = {},
): Promise<CaldavTestServer> {
  const server = new CaldavTestServer(options);
  await server.listen(options.port ?? 0);
  return server;
}

export class CaldavTestServer implements DavServer {
  readonly username: string;
  readonly #personOf: CaldavTestServerOptions["personOf"];
  #password: string;
  /** Every request since the start or {@link forgetRequests}, oldest first. */
  readonly requests: RequestRecord[] = [];
  readonly #http: Server;
  readonly #semantics: DavSemantics;
  readonly #gates = new Set<HeldGate>();
  readonly #faults = new Set<ActiveFault>();
  readonly #stopping = new AbortController();
  #misbehaviours: Misbehaviours = CORRECT;
  #url = "";

  constructor(options: CaldavTestServerOptions) {
    this.username = options.username ?? "keeper";
    this.#password = options.password ?? "pass word ü";
    this.#personOf = options.personOf;
    this.#semantics = new DavSemantics(this.username, () => this.#misbehaviours);
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", resolve);
    });
    const address = this.#http.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    this.#url = `http://127.0.0.1:${address.port}/`;
  }

  get url(): string {
    return this.#url;
  }

  get password(): string {
    return this.#password;
  }

  get principalUrl(): string {
    return `${this.#url}dav/principals/${encodeURIComponent(this.username)}/`;
  }

  get homeUrl(): string {
    return `${this.#url}dav/calendars/${encodeURIComponent(this.username)}/`;
  }

  // What tests tell it --------------------------------------------------------------------------------------

  /** Adds to the habits it has; {@link behave} takes all away. */
  misbehave(habits: Partial<Misbehaviours>): void {
    this.#misbehaviours = { ...this.#misbehaviours, ...habits };
  }

  /** Correct again: no habits, no faults, no gates. */
  behave(): void {
    this.#misbehaviours = CORRECT;
    this.#faults.clear();
    for (const gate of this.#gates) gate.open();
  }

  /** @returns a function that lifts the fault */
  fail(fault: Fault, match: RequestMatch = {}): () => void {
    const active = { fault, match, left: match.times ?? Number.POSITIVE_INFINITY };
    this.#faults.add(active);
    return () => this.#faults.delete(active);
  }

  /**
   * @param when "before": nothing has been done yet; "after": done, and only the answer waits
   */
  gate(match: RequestMatch, when: "before" | "after" = "before"): Gate {
    const reached = deferred<RequestRecord>();
    const opened = deferred<void>();
    const gate: HeldGate = {
      match,
      when,
      reached: reached.promise,
      opened: opened.promise,
      arrive: reached.resolve,
      open: () => {
        this.#gates.delete(gate);
        opened.resolve();
      },
    };
    this.#gates.add(gate);
    return gate;
  }

  /** Every sync token given so far becomes invalid. */
  expireTokens(): void {
    for (const calendar of this.#semantics.calendars.values()) calendar.expireTokens();
  }

  /** From now on the old one is refused. */
  changePassword(password: string): void {
    this.#password = password;
  }

  forgetRequests(): void {
    this.requests.length = 0;
  }

  /** How many requests of a method (all without one) the log holds. */
  count(method?: string): number {
    return this.requests.filter((request) => method === undefined || request.method === method)
      .length;
  }

  // The second client: straight into the store --------------------------------------------------------------

  createCalendar(name: string, properties: CalendarProperties = {}): Promise<string> {
    this.#semantics.makeCalendar(name, properties);
    return Promise.resolve(`${this.homeUrl}${encodeURIComponent(name)}/`);
  }

  put(path: string, text: string | Uint8Array): Promise<string | null> {
    const { calendar, name } = this.#find(path);
    const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text);
    return Promise.resolve(this.#semantics.etagOf(calendar.write(name, bytes)));
  }

  get(path: string): Promise<string | null> {
    const { calendar, name } = this.#find(path);
    return Promise.resolve(calendar.resources.get(name)?.bytes.toString("utf8") ?? null);
  }

  list(collection: string): Promise<string[]> {
    const names = [...this.#find(collection).calendar.resources.keys()];
    return Promise.resolve(names.sort((a, b) => (a < b ? -1 : 1)));
  }

  delete(path: string): Promise<void> {
    const { calendar, name } = this.#find(path);
    if (name === "") this.#semantics.calendars.delete(calendar.name);
    else calendar.remove(name);
    return Promise.resolve();
  }

  #find(path: string): { calendar: StoredCalendar; name: string } {
    const { pathname } = new URL(path, this.#url);
    const [, , , , calendarName = "", name = ""] = pathname.split("/").map(decodeURIComponent);
    const calendar = this.#semantics.calendars.get(calendarName);
    if (!calendar) throw new Error(`the test server has no calendar "${calendarName}"`);
    return { calendar, name };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.behave();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  // One request ---------------------------------------------------------------------------------------------

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const record: RequestRecord = {
      method: request.method ?? "",
      path: request.url ?? "/",
      headers: headersWithoutSecrets(request),
      bodyBytes: body.length,
      signed: request.headers.authorization !== undefined,
      status: null,
      answerBytes: 0,
    };
    this.requests.push(record);
    await this.#pass("before", record);
    const fault = this.#takeFault(record);
    if (fault && (await this.#instead(fault, record, response))) return;
    const isAuthorized = await this.#isAuthorized(request);
    const answer = this.#answer(request, record, body, isAuthorized);
    await this.#pass("after", record);
    if (fault?.kind === "answer-lost") {
      response.destroy();
      return;
    }
    if (fault !== undefined && isHostile(fault)) {
      record.status = answer.status;
      await answerHostilely(response, record.path, answer, fault);
      return;
    }
    this.#send(response, record, answer, fault?.kind === "body-cut");
  }

  #answer(
    request: IncomingMessage,
    record: RequestRecord,
    body: Buffer,
    isAuthorized: boolean,
  ): DavAnswer {
    const pathname = new URL(record.path, this.#url).pathname;
    if (pathname === "/.well-known/caldav") return { status: 301, headers: { Location: "/dav/" } };
    if (!isAuthorized) {
      const wanted = this.#personOf ? 'Bearer realm="test", error="invalid_token"' : undefined;
      const challenge = wanted ?? this.#misbehaviours.challenge;
      return { status: 401, headers: challenge === null ? {} : { "WWW-Authenticate": challenge } };
    }
    let segments: string[];
    try {
      segments = pathname.split("/").filter(Boolean).map(decodeURIComponent);
    } catch {
      return { status: 400 };
    }
    const { headers } = request;
    return this.#semantics.answer({ method: record.method, segments, headers, body });
  }

  async #isAuthorized(request: IncomingMessage): Promise<boolean> {
    const { authorization } = request.headers;
    if (this.#personOf) {
      const token = /^Bearer ([\w.~+/-]+=*)$/.exec(authorization ?? "")?.[1];
      const person = token === undefined ? null : await this.#personOf(token);
      return !this.#misbehaviours.unauthorized && person === this.username;
    }
    const expected = Buffer.from(`${this.username}:${this.password}`, "utf8").toString("base64");
    return !this.#misbehaviours.unauthorized && authorization === `Basic ${expected}`;
  }

  #takeFault(record: RequestRecord): Fault | undefined {
    for (const active of this.#faults) {
      if (!matches(active.match, record)) continue;
      if (--active.left <= 0) this.#faults.delete(active);
      return active.fault;
    }
    return undefined;
  }

  /** @returns true when the request is over and nothing was done */
  async #instead(fault: Fault, record: RequestRecord, response: ServerResponse): Promise<boolean> {
    switch (fault.kind) {
      case "unavailable":
      case "too-many-requests": {
        const { retryAfterSeconds } = fault;
        const headers: Record<string, string> =
          retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) };
        const status = fault.kind === "unavailable" ? 503 : 429;
        this.#send(response, record, { status, headers }, false);
        return true;
      }
      case "status":
        this.#send(response, record, { status: fault.status, body: fault.body ?? "" }, false);
        return true;
      case "html": {
        const headers = { "Content-Type": "text/html; charset=utf-8" };
        this.#send(response, record, { status: 200, headers, body: PAGE }, false);
        return true;
      }
      case "request-lost":
        response.destroy();
        return true;
      case "hang":
        await new Promise<void>((resolve) => {
          response.once("close", resolve);
          this.#stopping.signal.addEventListener("abort", () => resolve(), { once: true });
        });
        response.destroy();
        return true;
      case "slow":
        await delay(fault.ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
        return false;
      default:
        return false;
    }
  }

  async #pass(when: HeldGate["when"], record: RequestRecord): Promise<void> {
    for (const gate of [...this.#gates]) {
      if (gate.when !== when || !matches(gate.match, record)) continue;
      gate.arrive(record);
      await gate.opened;
    }
  }

  #send(
    response: ServerResponse,
    record: RequestRecord,
    answer: DavAnswer,
    cutBody: boolean,
  ): void {
    const body = Buffer.from(answer.body ?? "");
    record.status = answer.status;
    record.answerBytes = body.length;
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(answer.status === 204 ? {} : { "Content-Length": String(body.length) }),
    });
    if (cutBody) {
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    } else {
      response.end(record.method === "HEAD" ? undefined : body);
    }
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function matches(match: RequestMatch, record: RequestRecord): boolean {
  if (match.method !== undefined && match.method !== record.method) return false;
  return match.path === undefined || decodeURIComponent(record.path).includes(match.path);
}

function headersWithoutSecrets(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => name !== "authorization")
      .map(([name, value]) => [name, String(value)]),
  );
}
