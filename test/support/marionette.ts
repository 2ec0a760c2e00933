/**
 * A client for Marionette, the remote protocol built into Thunderbird: messages are `length:json` over TCP,
 * commands `[0, id, name, parameters]`, answers `[1, id, error, result]`. Only what tests need; sessions are
 * not shared, every command has a deadline.
 */
import { connect, type Socket } from "node:net";

/** Until it says that it is there. */
const GREETING_MS = 20_000;

interface WireFailure {
  error: string;
  message: string;
  stacktrace?: string;
}

interface Waiting {
  name: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** A command that Thunderbird refused; `kind` is the protocol's error string, such as "javascript error". */
export class MarionetteError extends Error {
  override readonly name = "MarionetteError";
  readonly kind: string;

  constructor(kind: string, message: string, stack: string) {
    super(message);
    this.kind = kind;
    if (stack) this.stack = `${this.name}: ${message}\n${stack}`;
  }
}

export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #received: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #greeted: (() => void) | null = null;
  #nextId = 1;
  #closed: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#takeMessages();
    });
    socket.on("error", (error) => this.#close(error));
    socket.on("close", () => this.#close(new Error("Thunderbird closed the connection")));
  }

  /** Connects and opens a session. @throws Error when nothing answers on the port in time */
  static async connect(port: number, sessionTimeoutMs = 60_000): Promise<Marionette> {
    const socket = connect({ host: "127.0.0.1", port });
    const client = new Marionette(socket);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Marionette did not greet on port ${port} within ${GREETING_MS} ms`));
        socket.destroy();
      }, GREETING_MS);
      client.#greeted = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
    const alwaysMatch = { unhandledPromptBehavior: "ignore" };
    await client.send("WebDriver:NewSession", { capabilities: { alwaysMatch } }, sessionTimeoutMs);
    return client;
  }

  /** @throws MarionetteError for a refusal, Error when the connection ends or the deadline passes */
  send(name: string, parameters: object = {}, timeoutMs = 60_000): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    const body = Buffer.from(JSON.stringify([0, id, name, parameters]));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`Thunderbird did not answer ${name} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { name, resolve, reject, timer });
      this.#socket.write(`${body.byteLength}:`);
      this.#socket.write(body);
    });
  }

  close(): void {
    this.#close(new Error("the Marionette connection was closed"));
  }

  #close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#socket.destroy();
    for (const { name, reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(`${name}: ${reason.message}`));
    }
    this.#waiting.clear();
  }

  #takeMessages(): void {
    for (;;) {
      const colon = this.#received.indexOf(0x3a);
      if (colon < 0) return;
      const length = Number(this.#received.toString("latin1", 0, colon));
      if (!Number.isSafeInteger(length)) {
        this.#close(new Error("Marionette sent something that is not its protocol"));
        return;
      }
      if (this.#received.byteLength < colon + 1 + length) return;
      const text = this.#received.toString("utf8", colon + 1, colon + 1 + length);
      this.#received = this.#received.subarray(colon + 1 + length);
      this.#take(JSON.parse(text));
    }
  }

  #take(message: unknown): void {
    if (!Array.isArray(message)) {
      this.#greeted?.();
      return;
    }
    const [, id, failure, result] = message as [number, number, WireFailure | null, unknown];
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (failure) {
      waiting.reject(new MarionetteError(failure.error, failure.message, failure.stacktrace ?? ""));
    } else {
      waiting.resolve(result);
    }
  }
}
