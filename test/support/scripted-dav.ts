/**
 * Servers that answer PROPFINDs as a table says, without a network: for what needs several hosts. What is not in the
 * table is a 404; what is a text is a redirect to there.
 */
import { movedTo } from "../../src/background/transport/redirects.ts";
import type { HttpRequest, Transport } from "../../src/background/transport/transport.ts";

/** Inner XML of `prop` by href; D, C, CS are bound. The first href is the resource itself. */
export type ScriptedAnswer = Readonly<Record<string, string>> | string;

const BINDINGS =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"';

export const CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>";
export const FOLDER = "<D:resourcetype><D:collection/></D:resourcetype>";
export const named = (name: string): string => `<D:displayname>${name}</D:displayname>`;
export const hrefs = (element: string, ...urls: string[]): string =>
  `<${element}>${urls.map((url) => `<D:href>${url}</D:href>`).join("")}</${element}>`;

export class ScriptedServers {
  readonly #answers: ReadonlyMap<string, ScriptedAnswer>;
  readonly requests: string[] = [];

  constructor(answers: Readonly<Record<string, ScriptedAnswer>>) {
    this.#answers = new Map(Object.entries(answers));
  }

  /** Hosts that were sent anything. */
  get asked(): string[] {
    return [...new Set(this.requests.map((url) => new URL(url).host))];
  }

  readonly transport: Transport = {
    send: async ({ url, headers }: HttpRequest) => {
      this.requests.push(url);
      const answer = this.#answers.get(url);
      if (typeof answer === "string") throw movedTo(url, answer);
      const depth = new Map(Object.entries(headers ?? {})).get("Depth");
      const shown = Object.entries(answer ?? {}).filter((_, index) => depth === "1" || index === 0);
      const responses = shown.map(
        ([href, prop]) =>
          `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`,
      );
      const body = `<D:multistatus ${BINDINGS}>${responses.join("")}</D:multistatus>`;
      return {
        status: answer === undefined ? 404 : 207,
        headers: new Headers({ "content-type": "application/xml; charset=utf-8" }),
        url,
        redirected: false,
        bytes: new TextEncoder().encode(answer === undefined ? "" : body),
      };
    },
  };
}
