/** What a soak test works on: one calendar on a server that can fail, Thunderbird with the add-on, and a store. */
import type { CaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startCaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { Ledger, makeDraws } from "./ledger.ts";

export interface SoakWorld {
  readonly world: World;
  readonly server: CaldavTestServer;
  readonly calendarId: string;
  /** The collection. */
  readonly url: string;
  readonly ledger: Ledger;
  readonly draw: (below: number) => number;
  /** Of items that were ever made, deleted ones among them. */
  readonly uids: string[];
  /** How often each action ran, by name. */
  readonly done: Map<string, number>;
}

const FIRST_ITEMS = 200;

export async function startSoakWorld(seed: number, binary: string): Promise<SoakWorld> {
  const server = await startCaldavTestServer();
  const uids = Array.from({ length: FIRST_ITEMS }, (_, index) => `first-${index}`);
  const world = await startWorld({
    server: () => Promise.resolve(server),
    calendars: {
      soak: uids.map((uid, index) => ({ name: `${uid}.ics`, text: eventText(uid, index, "") })),
    },
    launch: { binary },
  });
  const calendar = new Map(Object.entries(world.calendars)).get("soak");
  if (calendar === undefined) throw new Error("the world has no calendar");
  await world.run("sync.run", {});
  await world.run("backup.configure", { directory: world.folder, passphrase: null });
  return {
    world,
    server,
    calendarId: calendar.id,
    url: calendar.url,
    ledger: new Ledger(),
    draw: makeDraws(seed),
    uids,
    done: new Map(),
  };
}

/** A resource as another client would write it. @param note put into DESCRIPTION */
export function eventText(uid: string, number: number, note: string): string {
  const day = new Date(Date.UTC(2026, 0, 1 + (number % 360))).toISOString().slice(0, 10);
  const series = number % 7 === 0 ? ["RRULE:FREQ=WEEKLY;COUNT=5"] : [];
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Another client//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    `DTSTART:${day.replaceAll("-", "")}T090000Z`,
    "DURATION:PT1H",
    `SUMMARY:Event ${number}`,
    ...(note === "" ? [] : [`DESCRIPTION:${note}`]),
    ...series,
    "X-ANOTHER;X-P=1:kept",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
