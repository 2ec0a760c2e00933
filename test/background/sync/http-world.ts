/** The engine with the real collection over HTTP, on a calendar of the project's own server. */
import { CalendarSync } from "../../../src/background/sync/engine.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import type { CaldavTestServer } from "../../support/caldav-test-server/server.ts";
import { withValue } from "../../support/event-text.ts";
import { MemoryCalendar } from "../../support/memory-calendar.ts";
import { openCollection } from "../../support/remote-calendar.ts";

let calendars = 0;

export class HttpWorld {
  readonly server: CaldavTestServer;
  readonly local = new MemoryCalendar();
  /** Of the collection, with a trailing slash. */
  readonly url: string;
  engine: CalendarSync;
  snapshotSucceeds = true;
  snapshots = 0;

  /** On a new calendar of a server that behaves. */
  static async on(server: CaldavTestServer): Promise<HttpWorld> {
    server.behave();
    server.forgetRequests();
    return new HttpWorld(server, await server.createCalendar(`calendar-${++calendars}`));
  }

  private constructor(server: CaldavTestServer, url: string) {
    this.server = server;
    this.url = url;
    this.engine = this.makeEngine();
  }

  makeEngine(): CalendarSync {
    return new CalendarSync({
      remote: openCollection(this.server, this.url, {
        answerTimeoutMs: 5_000,
        stallTimeoutMs: 5_000,
        totalTimeoutMs: 15_000,
      }),
      local: this.local,
      texts: calendarTexts,
      now: Date.now,
      random: () => 0,
      beforeMassRemoval: async () => {
        this.snapshots++;
        return this.snapshotSucceeds;
      },
    });
  }

  /** As the user asks for it. */
  sync() {
    const signal = AbortSignal.timeout(60_000);
    return this.engine.run({ status: null, impatient: true, signal });
  }

  at(name: string): string {
    return this.url + encodeURIComponent(name);
  }

  put(name: string, text: string | Uint8Array): Promise<string | null> {
    return this.server.put(this.at(name), text);
  }

  async onServer(): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const name of await this.server.list(this.url))
      texts.set(name, (await this.server.get(this.at(name))) ?? "");
    return texts;
  }

  /** Another client changes one property. */
  async editOnServer(name: string, property: string, value: string): Promise<void> {
    const text = await this.server.get(this.at(name));
    if (text === null) throw new Error(`${name} is not on the server`);
    await this.put(name, withValue(text, property, value));
  }

  edit(name: string, property: string, value: string): void {
    this.local.editLocally(name, (text) => withValue(text, property, value));
  }
}

export const byName = (texts: ReadonlyMap<string, string>): [string, string][] =>
  [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
