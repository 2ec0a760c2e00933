import { afterAll, beforeAll, expect, test } from "vitest";
import { CalendarHome } from "../../src/background/caldav/collections.ts";
import { discover } from "../../src/background/caldav/discovery.ts";
import type { DavServer } from "../support/dav-server.ts";
import { parseXmlDocument } from "../support/dom-parser.ts";
import { RADICALE_HOW_TO_GET, startRadicale } from "../support/radicale.ts";
import { transportTo } from "../support/remote-calendar.ts";
import { describeWithProgram } from "../support/required-program.ts";
import { sampleEvent } from "../support/sample-objects.ts";
import { startXandikos, XANDIKOS_HOW_TO_GET } from "../support/xandikos.ts";

interface Program {
  readonly name: string;
  readonly howToGet: string;
  readonly start: () => Promise<DavServer>;
  /** Xandikos leaves that to a proxy in front of it. */
  readonly checksPasswords: boolean;
  readonly keepsDescriptions: boolean;
}

const programs: readonly Program[] = [
  {
    name: "radicale",
    howToGet: RADICALE_HOW_TO_GET,
    start: () => startRadicale(),
    checksPasswords: true,
    keepsDescriptions: true,
  },
  {
    name: "xandikos",
    howToGet: XANDIKOS_HOW_TO_GET,
    start: () => startXandikos(),
    checksPasswords: false,
    keepsDescriptions: false,
  },
];

for (const program of programs) {
  describeWithProgram(program.name, program.howToGet, () => {
    let server: DavServer;
    let url: string;
    const signal = () => AbortSignal.timeout(60_000);

    beforeAll(async () => {
      server = await program.start();
      url = await server.createCalendar("work ä", { displayName: "Arbeit & <mehr>" });
    });
    afterAll(() => server.stop());

    const find = (location: string, password = server.password) =>
      discover({
        location,
        transportFor: (origin) => transportTo({ username: server.username, password }, origin),
        parseXml: parseXmlDocument,
        signal: signal(),
      });

    test(`${program.name}: a calendar is found from the host, and from its own URL`, async () => {
      for (const location of [server.url, new URL(server.url).host, url]) {
        const { calendars, homeUrls, principal } = await find(location);
        expect(calendars).toContainEqual(
          expect.objectContaining({ url, displayName: "Arbeit & <mehr>", readOnly: false }),
        );
        expect(homeUrls).toEqual([server.homeUrl]);
        expect(principal).toBe(server.principalUrl);
      }
    });

    test(`${program.name}: one request to the home set shows which calendar changed`, async () => {
      const home = new CalendarHome({
        url: server.homeUrl,
        transport: transportTo(server, new URL(url).origin),
        parseXml: parseXmlDocument,
      });
      const quiet = await server.createCalendar("quiet");
      const before = await home.statuses(signal());
      await server.put(`${url}e.ics`, sampleEvent("e"));
      const after = await home.statuses(signal());
      const tokens = (statuses: typeof before, of: string) => [
        statuses.get(of)?.syncToken,
        statuses.get(of)?.ctag,
      ];
      expect(tokens(after, quiet)).toEqual(tokens(before, quiet));
      expect(tokens(after, url)).not.toEqual(tokens(before, url));
    });

    test(`${program.name}: a calendar is made on the server, renamed, recoloured and deleted again`, async () => {
      const home = new CalendarHome({
        url: server.homeUrl,
        transport: transportTo(server, new URL(url).origin),
        parseXml: parseXmlDocument,
      });
      const made = await home.createCalendar(
        { name: "made here", displayName: "Made here", color: "#112233" },
        signal(),
      );
      expect((await home.statuses(signal())).get(made)?.displayName).toBe("Made here");
      const changes = { displayName: "Grün & <anders>", color: "#AABBCC", description: "für ä" };
      const refused = await home.updateCalendar(made, changes, signal());
      // Xandikos keeps a description from making the calendar only.
      expect(refused).toEqual(program.keepsDescriptions ? [] : ["description"]);
      expect(await home.describe(made, signal())).toMatchObject({
        displayName: changes.displayName,
        color: changes.color,
        description: program.keepsDescriptions ? changes.description : "",
        rights: { add: true, change: true, remove: true },
      });
      await home.deleteCalendar(made, signal());
      expect((await home.statuses(signal())).has(made)).toBe(false);
    });

    if (program.checksPasswords) {
      test(`${program.name}: a wrong password is told as such`, async () => {
        await expect(find(server.url, "wrong")).rejects.toMatchObject({ code: "unauthorized" });
      });
    }
  });
}
