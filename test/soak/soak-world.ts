/** What a soak test works on: two calendars on a server that can fail, Thunderbird with the add-on, and a store. */
import type { CaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startCaldavTestServer } from "../support/caldav-test-server/server.ts";
import { startWorld, type World } from "../support/keeper-world.ts";
import { Ledger, makeDraws } from "./ledger.ts";

export interface SoakWorld {
  readonly world: World;
  readonly server: CaldavTestServer;
  /** Where nearly everything happens; a new one after it was taken out and put in again. */
  readonly calendarId: string;
  /** Its collection. */
  readonly url: string;
  /** Both, the second one for moving items into. */
  readonly calendars: SoakCalendar[];
  /** Ids that calendars had before they were taken out of Thunderbird. */
  readonly gone: string[];
  readonly ledger: Ledger;
  readonly draw: (below: number) => number;
  /** Of items that were ever made, deleted ones among them. */
  readonly uids: string[];
  /** How often each action ran, by name. */
  readonly done: Map<string, number>;
}

export interface SoakCalendar {
  readonly id: string;
  /** Of the collection, which stays when the calendar gets another id. */
  readonly url: string;
}

const FIRST_ITEMS = 200;

export async function startSoakWorld(seed: number, binary: string): Promise<SoakWorld> {
  const server = await startCaldavTestServer();
  const uids = Array.from({ length: FIRST_ITEMS }, (_, index) => `first-${index}`);
  const world = await startWorld({
    server: () => Promise.resolve(server),
    calendars: {
      soak: uids.map((uid, index) => ({ name: `${uid}.ics`, text: eventText(uid, index, "") })),
      second: [{ name: "settled.ics", text: eventText("settled", 1, "") }],
    },
    launch: { binary },
  });
  const named = new Map(Object.entries(world.calendars));
  const [calendar, second] = [named.get("soak"), named.get("second")];
  if (calendar === undefined || second === undefined) throw new Error("a calendar is missing");
  await world.run("sync.run", {});
  await world.run("backup.configure", { directory: world.folder, passphrase: null });
  const calendars: SoakCalendar[] = [calendar, second];
  return {
    world,
    server,
    get calendarId() {
      return calendars[0]?.id ?? "";
    },
    url: calendar.url,
    calendars,
    gone: [],
    ledger: new Ledger(),
    draw: makeDraws(seed),
    uids,
    done: new Map(),
  };
}

/** A resource as another client would write it. @param note put into DESCRIPTION */
export function eventText(uid: string, number: number, note: string): string {
  const day = new Date(Date.UTC(2026, 0, 1 + (number % 360))).toISOString().slice(0, 10);
  const reminder = [
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Soon",
    "TRIGGER:-PT15M",
    "END:VALARM",
  ];
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
    ...(number % 5 === 1 ? reminder : []),
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
