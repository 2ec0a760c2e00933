/** The service of the draft's "How to Build a Provider": a WebSocket that pushes, and changes to fetch by HTTP. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface Operation {
  readonly action: "add" | "modify" | "remove";
  readonly id?: string;
  readonly item?: object;
}

/** Of RFC 6455 §1.3. */
const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class DraftService {
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  /** What the next fetch of changes gets. */
  answer: { noPartialSync?: boolean; operations: Operation[]; syncToken: string } = {
    operations: [],
    syncToken: "0",
  };
  /** Sync tokens that were handed in, in order. */
  readonly asked: (string | null)[] = [];
  /** Paths and bodies of what was put, in order. */
  readonly put: { path: string; type: string; body: string }[] = [];
  /** What the service makes of a text that is put. */
  takes: (text: string) => string = (text) => text;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<DraftService> {
    const server = createServer();
    const service = new DraftService(server);
    server.on("request", (request, response) => {
      void service.#reply(request).then((body) => {
        response.writeHead(200, { "access-control-allow-origin": "*" });
        response.end(body);
      });
    });
    server.on("upgrade", (request, socket) => service.#accept(request, socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Sends a message to everybody who is connected. */
  push(message: object): void {
    const payload = Buffer.from(JSON.stringify(message));
    const length = Buffer.alloc(payload.length < 126 ? 0 : 2);
    if (length.length > 0) length.writeUInt16BE(payload.length);
    const head = Buffer.from([0x81, length.length > 0 ? 126 : payload.length]);
    for (const socket of this.#sockets) socket.write(Buffer.concat([head, length, payload]));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #reply(request: IncomingMessage): Promise<string> {
    const url = new URL(request.url ?? "/", "http://service.example");
    if (request.method !== "PUT") {
      this.asked.push(url.searchParams.get("syncToken"));
      return JSON.stringify(this.answer);
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    this.put.push({ path: url.pathname, type: request.headers["content-type"] ?? "", body });
    return this.takes(body);
  }

  #accept(request: IncomingMessage, socket: Duplex): void {
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}${WEBSOCKET_GUID}`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => this.#sockets.delete(socket));
  }
}
