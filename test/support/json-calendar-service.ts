/** The small service that examples/sample-provider is for; what it is asked stands in that folder's background.js. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Stored {
  readonly etag: string;
  readonly ical: string;
  readonly version: number;
}

export class JsonCalendarService {
  readonly events = new Map<string, Stored>();
  /** What it answers with to every request, in place of doing anything. */
  failure: number | null = null;
  readonly #removed = new Map<string, number>();
  #version = 0;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The calendar's address. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/calendar`;
  }

  /** As if somebody else had stored it. */
  store(id: string, ical: string): Stored {
    const version = ++this.#version;
    const stored = { etag: `"${version}"`, ical, version };
    this.events.set(id, stored);
    this.#removed.delete(id);
    return stored;
  }

  remove(id: string): void {
    this.events.delete(id);
    this.#removed.set(id, ++this.#version);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const body = await text(request);
    if (this.failure !== null) {
      response.writeHead(this.failure).end();
      return;
    }
    if (pathname === "/calendar/changes") {
      const changes = JSON.stringify(this.#changes(searchParams.get("since") ?? ""));
      response.writeHead(200, { "Content-Type": "application/json" }).end(changes);
      return;
    }
    const id = decodeURIComponent(pathname.slice("/calendar/events/".length));
    const { "if-match": match, "if-none-match": noneMatch } = request.headers;
    const there = this.events.get(id);
    if (request.method === "DELETE" && !there) response.writeHead(404).end();
    else if ((match !== undefined && match !== there?.etag) || (noneMatch === "*" && there))
      response.writeHead(412).end();
    else if (request.method === "DELETE") {
      this.remove(id);
      response.writeHead(204).end();
    } else response.writeHead(200, { ETag: this.store(id, body).etag }).end();
  }

  #changes(since: string): object {
    const full = since === "";
    const after = full ? 0 : Number(since);
    const changed = [...this.events].flatMap(([id, { etag, ical, version }]) =>
      version > after ? [{ id, etag, ical }] : [],
    );
    const removed = [...this.#removed].flatMap(([id, version]) => (version > after ? [id] : []));
    return { version: this.#version, full, changed, removed: full ? [] : removed };
  }
}
