/** Answers that no honest server gives: what broken proxies, captive portals and attackers make of one. */
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { DavAnswer } from "./dav-semantics.ts";

export type HostileAnswer =
  /** Done, and the body ends in the middle without a sign of it. */
  | { readonly kind: "cut-short" }
  /** Done, and the body comes in pieces of so many bytes, whatever characters they cut. */
  | { readonly kind: "in-pieces"; readonly bytes: number }
  /** Done, and the answer calls itself something else. */
  | { readonly kind: "mislabelled"; readonly contentType: string }
  /** A body that never ends: the beginning of the real one, then one piece again and again. */
  | { readonly kind: "endless"; readonly piece: string }
  /** So many bytes of nothing in front of what was asked for. */
  | { readonly kind: "huge"; readonly bytes: number; readonly filler: string }
  /** A document type whose entities grow into gigabytes. */
  | { readonly kind: "entity-bomb" }
  /** Elements in elements in elements. */
  | { readonly kind: "nested"; readonly depth: number }
  /** Sent on to the same place. */
  | { readonly kind: "redirect-loop" }
  /** Headers and hrefs that are none. */
  | { readonly kind: "nonsense" };

const KINDS: ReadonlySet<string> = new Set<HostileAnswer["kind"]>([
  "cut-short",
  "in-pieces",
  "mislabelled",
  "endless",
  "huge",
  "entity-bomb",
  "nested",
  "redirect-loop",
  "nonsense",
]);

export function isHostile(fault: { readonly kind: string }): fault is HostileAnswer {
  return KINDS.has(fault.kind);
}

const XML = { "Content-Type": "application/xml; charset=utf-8" };

/** @param answer the honest one */
export async function answerHostilely(
  response: ServerResponse,
  path: string,
  answer: DavAnswer,
  hostile: HostileAnswer,
): Promise<void> {
  const body = Buffer.from(answer.body ?? "");
  const { status, headers } = answer;
  switch (hostile.kind) {
    case "cut-short":
      response.writeHead(status, headers).end(body.subarray(0, Math.floor(body.length / 2)));
      return;
    case "in-pieces":
      response.writeHead(status, headers);
      for (let start = 0; start < body.length; start += hostile.bytes) {
        response.write(body.subarray(start, start + hostile.bytes));
        if (start % 64 === 0) await nextTurn();
      }
      response.end();
      return;
    case "mislabelled":
      response.writeHead(status, { ...headers, "Content-Type": hostile.contentType }).end(body);
      return;
    case "endless":
      response.writeHead(status, headers).write(body.subarray(0, Math.floor(body.length / 2)));
      await pour(response, hostile.piece, Number.POSITIVE_INFINITY);
      return;
    case "huge":
      response.writeHead(status, headers);
      await pour(response, hostile.filler, hostile.bytes);
      response.end(body);
      return;
    case "entity-bomb":
      response.writeHead(207, XML).end(BOMB);
      return;
    case "nested":
      response.writeHead(207, XML).end(nested(hostile.depth));
      return;
    case "redirect-loop":
      response.writeHead(302, { Location: path }).end();
      return;
    case "nonsense":
      response
        .writeHead(status === 204 ? 204 : 207, {
          ...XML,
          ETag: 'W/W/"',
          "Schedule-Tag": ",",
          "Retry-After": "-1e999",
          Location: "http://[",
        })
        .end(NONSENSE);
  }
}

async function pour(response: ServerResponse, piece: string, bytes: number): Promise<void> {
  const block = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  for (let sent = 0; sent < bytes && !response.destroyed; sent += block.length) {
    if (!response.write(block)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off("drain", go).off("close", go);
          resolve();
        };
        response.once("drain", go).once("close", go);
      });
    }
    await nextTurn();
  }
}

const BOMB = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE m [<!ENTITY a0 "aaaaaaaaaa">',
  ...Array.from({ length: 12 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`),
  ']><multistatus xmlns="DAV:"><response><href>&a12;</href></response></multistatus>',
].join("\n");

function nested(depth: number): string {
  return `<multistatus xmlns="DAV:">${"<response>".repeat(depth)}${"</response>".repeat(depth)}</multistatus>`;
}

const NONSENSE = `<multistatus xmlns="DAV:"><response/><response><href/></response>
<response><href>http://[</href><status>HTTP/1.1 200 OK</status></response>
<response><href>//</href><status>HTTP/9 999</status></response>
<response><href>%</href><propstat><prop><getetag>"\n"</getetag></prop></propstat></response>
<sync-token>  </sync-token></multistatus>`;
