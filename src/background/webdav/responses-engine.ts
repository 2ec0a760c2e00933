/** Runs responses.as. */
import { RESPONSES_ASSEMBLY } from "./responses-assembly.ts";
import { prologEnd } from "./xml.ts";

const PAGE = 64 * 1024;
/** A longer answer is left to DOMParser. UTF-16 units. */
const LONGEST = 16 * 1024 * 1024;
/** An instance that has grown beyond this is given up: the memory of one never shrinks. */
const MOST_KEPT = 8 * 1024 * 1024;
/** Bytes a record, and bytes of an answer that the table is given a record for. */
const RECORD = 128;

/** The declaration, version 1.0, and what blanks follow. */
const PROLOG =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>[ \t\r\n]*/;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly FREE: WebAssembly.Global;
  responses(document: number, size: number, table: number, room: number, ascii: number): number;
}

export interface ResponseTable {
  /** From the root's start tag on; the table's positions are in it. */
  readonly text: string;
  /** `count` records, the first about the document. */
  readonly table: Int32Array;
  readonly count: number;
}

/** @throws where WebAssembly is not to be had */
export function compileResponses(): ResponseFinder {
  const code = Uint8Array.from(atob(RESPONSES_ASSEMBLY.replaceAll("\n", "")), (c) =>
    c.charCodeAt(0),
  );
  const imports = { env: { abort: () => undefined } };
  const module = new WebAssembly.Module(code);
  return new ResponseFinder(
    () => new WebAssembly.Instance(module, imports).exports as unknown as Exports,
  );
}

export class ResponseFinder {
  readonly #instantiate: () => Exports;
  readonly #encoder = new TextEncoder();
  #kept: Exports | null = null;

  /** @param instantiate throws RangeError where memory is short, as growing does */
  constructor(instantiate: () => Exports) {
    this.#instantiate = instantiate;
  }

  /** `null` for a document that has to be read otherwise, and where memory is too short for it here. */
  find(body: string): ResponseTable | null {
    if (body.length > LONGEST) return null;
    try {
      const exports = this.#kept ?? this.#instantiate();
      const found = this.#findIn(exports, body);
      this.#kept = exports.memory.buffer.byteLength > MOST_KEPT ? null : exports;
      return found;
    } catch (error) {
      this.#kept = null;
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  #findIn(exports: Exports, body: string): ResponseTable | null {
    const text = body.slice(rootAt(body));
    // Most answers take one byte a character.
    let room = Math.ceil(text.length / RECORD) * RECORD + RECORD * 64;
    let result = this.#encode(exports, text, room);
    if (result.read < text.length) {
      room = text.length * 3;
      result = this.#encode(exports, text, room);
    }
    const { memory, FREE, responses } = exports;
    const isAscii = result.written === text.length ? 1 : 0;
    const table = alignedBehind(FREE.value + result.written);
    const count = responses(FREE.value, result.written, table, room, isAscii);
    if (count === 0) return null;
    return {
      text,
      count,
      table: new Int32Array(memory.buffer, table, (count * RECORD) / 4).slice(),
    };
  }

  /** Puts the text into the module's memory, with as much room for it as for the table behind it. */
  #encode(
    { memory, FREE }: Exports,
    text: string,
    room: number,
  ): { read: number; written: number } {
    const missing = FREE.value + 2 * room + RECORD - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return this.#encoder.encodeInto(text, new Uint8Array(memory.buffer, FREE.value, room));
  }
}

function alignedBehind(address: number): number {
  return (address + 15) & ~15;
}

/** Where the root's start tag begins, or something that {@link ResponseFinder.find} does not take for one. */
function rootAt(body: string): number {
  const start = prologEnd(body.slice(0, 4_000));
  const prolog = body.slice(0, start).replace(/^\uFEFF?\s*/, "");
  return prolog === "" || PROLOG.exec(prolog)?.[0] === prolog ? start : 0;
}
