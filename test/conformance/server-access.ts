/** The server of a conformance run: its calendars, and calendars of our own that are gone again afterwards. */
import { CalendarCollection } from "../../src/background/caldav/calendar-collection.ts";
import { CalendarHome } from "../../src/background/caldav/collections.ts";
import { discover } from "../../src/background/caldav/discovery.ts";
import type { Transport } from "../../src/background/transport/transport.ts";
import { DavClient } from "../../src/background/webdav/dav-client.ts";
import { parseXmlDocument } from "../support/dom-parser.ts";
import { transportTo } from "../support/remote-calendar.ts";

export interface ServerLogin {
  /** Any address that leads to the user's calendars. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const TYPE = "text/calendar; charset=utf-8";

export class ServerAccess {
  readonly home: CalendarHome;
  readonly #client: DavClient;
  readonly #transport: Transport;
  readonly #made: string[] = [];

  private constructor(homeUrl: string, login: ServerLogin) {
    this.#transport = transportTo(login, new URL(homeUrl).origin);
    const transport = this.#transport;
    this.home = new CalendarHome({ url: homeUrl, transport, parseXml: parseXmlDocument });
    this.#client = new DavClient({ transport, parseXml: parseXmlDocument });
  }

  /** @throws AppError of the discovery; Error when no home set was found */
  static async find(login: ServerLogin): Promise<ServerAccess> {
    const { homeUrls } = await discover({
      location: login.url,
      transportFor: (origin) => transportTo(login, origin),
      parseXml: parseXmlDocument,
      signal: signal(),
    });
    const [home] = homeUrls;
    if (home === undefined) throw new Error(`${login.url} leads to no calendar home.`);
    return new ServerAccess(home, login);
  }

  /** Names by URL of every calendar there is. */
  async calendars(): Promise<Map<string, string>> {
    const statuses = await this.home.statuses(signal());
    return new Map([...statuses].map(([url, { displayName }]) => [url, displayName ?? ""]));
  }

  /** @returns its URL */
  async makeCalendar(name: string): Promise<string> {
    const url = await this.home.createCalendar({ name, displayName: name }, signal());
    this.#made.push(url);
    return url;
  }

  /** Of what this run made. */
  async removeCalendars(): Promise<void> {
    for (const url of this.#made.splice(0)) await this.home.deleteCalendar(url, signal());
  }

  /** @param wrap what happens to requests on the way */
  collection(url: string, wrap: (transport: Transport) => Transport = (same) => same) {
    const transport = wrap(this.#transport);
    return new CalendarCollection({ url, transport, parseXml: parseXmlDocument });
  }

  // The second client: plain requests, without conditions unless given --------------------------------------

  put(url: string, text: string, headers: Readonly<Record<string, string>> = {}) {
    return this.#client.put(url, text, TYPE, headers, signal());
  }

  async get(url: string): Promise<string | null> {
    return (await this.#client.get(url, signal()))?.text ?? null;
  }

  async header(url: string, name: string): Promise<string | null> {
    return (await this.#client.get(url, signal()))?.header(name) ?? null;
  }

  async remove(url: string): Promise<void> {
    await this.#client.delete(url, {}, signal());
  }
}

export const signal = (): AbortSignal => AbortSignal.timeout(120_000);
