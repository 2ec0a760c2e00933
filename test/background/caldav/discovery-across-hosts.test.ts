/** Ways to calendars that lead over several hosts, and to people the user acts for. */
import { describe, expect, test } from "vitest";
import { type Discovery, discover } from "../../../src/background/caldav/discovery.ts";
import type { ServiceRecords } from "../../../src/background/caldav/service-records.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { parseXmlDocument } from "../../support/dom-parser.ts";
import {
  CALENDAR,
  FOLDER,
  hrefs,
  named,
  type ScriptedAnswer,
  ScriptedServers,
} from "../../support/scripted-dav.ts";

const PRINCIPAL = hrefs("D:current-user-principal", "/ada/");

/** A whole server below a URL, whose home holds one calendar of this name. */
function serverAt(root: string, calendar: string, path = "/"): Record<string, ScriptedAnswer> {
  return {
    [`${root}${path}`]: { [path]: PRINCIPAL },
    [`${root}/ada/`]: { "/ada/": hrefs("C:calendar-home-set", "/cal/") },
    [`${root}/cal/`]: { "/cal/": FOLDER, "/cal/one/": CALENDAR + named(calendar) },
  };
}

interface Choices {
  records?: Readonly<Record<string, ServiceRecords>>;
  agreed?: string[];
  declined?: string[];
}

function find(
  servers: ScriptedServers,
  location: string,
  choices: Choices = {},
): Promise<Discovery> {
  const { agreed = [], declined = [] } = choices;
  const records = new Map(Object.entries(choices.records ?? {}));
  return discover({
    location,
    hosts: { agreed, declined },
    transportFor: () => servers.transport,
    lookUpService: async (name) => records.get(name) ?? { srv: [], txt: [] },
    parseXml: parseXmlDocument,
    signal: new AbortController().signal,
  });
}

async function refusal(finding: Promise<unknown>): Promise<AppError> {
  const error = await finding.catch((reason: unknown) => reason);
  if (!(error instanceof AppError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

const names = ({ calendars }: Discovery) => calendars.map(({ displayName }) => displayName);
const service = (host: string, ...txt: string[]): ServiceRecords => ({
  srv: [{ priority: 0, weight: 0, host, port: 443 }],
  txt,
});

describe("records of the domain", () => {
  const OWN = "_caldavs._tcp.example.org";

  test("lead to a host below it, by the path they name, and before anything else is asked", async () => {
    const servers = new ScriptedServers(serverAt("https://dav.example.org", "Work", "/root/"));
    const records = { [OWN]: service("dav.example.org", "path=/root/") };
    const found = await find(servers, "ada@example.org", { records });
    expect(names(found)).toEqual(["Work"]);
    expect(servers.requests[0]).toBe("https://dav.example.org/root/");
    expect(servers.asked).toEqual(["dav.example.org"]);
    expect(found.log.join("\n")).toContain(`DNS ${OWN}: https://dav.example.org, path /root/`);
  });

  test("that name another host are a question, before anything was sent anywhere", async () => {
    const servers = new ScriptedServers(serverAt("https://cal.provider.net", "Work"));
    const records = { [OWN]: service("cal.provider.net") };
    const error = await refusal(find(servers, "ada@example.org", { records }));
    expect(error).toMatchObject({
      code: "host-not-agreed",
      details: { host: "cal.provider.net", from: "example.org" },
    });
    expect(error.hint).toContain("Nothing was sent");
    expect(servers.requests).toEqual([]);

    const agreed = [String(error.details.host)];
    expect(names(await find(servers, "ada@example.org", { records, agreed }))).toEqual(["Work"]);
    expect(servers.asked).toEqual(["cal.provider.net"]);
  });

  test("that name a host the user does not want are passed over", async () => {
    const servers = new ScriptedServers(serverAt("https://example.org", "Home"));
    const records = { [OWN]: service("cal.provider.net") };
    const declined = ["cal.provider.net"];
    expect(names(await find(servers, "ada@example.org", { records, declined }))).toEqual(["Home"]);
    expect(servers.asked).toEqual(["example.org"]);
  });

  test("of a server without encryption count only where http was written", async () => {
    const servers = new ScriptedServers({
      ...serverAt("http://nas.example.org:8008", "Plain"),
      ...serverAt("https://example.org", "Encrypted"),
      ...serverAt("http://example.org", "Wrong"),
    });
    const records = {
      "_caldav._tcp.example.org": {
        srv: [{ priority: 0, weight: 0, host: "nas.example.org", port: 8008 }],
        txt: [],
      },
    };
    expect(names(await find(servers, "ada@example.org", { records }))).toEqual(["Encrypted"]);
    const plain = await find(servers, "http://example.org", { records });
    expect(names(plain)).toEqual(["Plain"]);
    expect(plain.insecure).toBe(true);
  });

  test("that cannot be looked up are no end", async () => {
    const servers = new ScriptedServers(serverAt("https://example.org", "Home"));
    const found = await discover({
      location: "example.org",
      transportFor: () => servers.transport,
      lookUpService: () => Promise.reject(new Error("no resolver")),
      parseXml: parseXmlDocument,
      signal: new AbortController().signal,
    });
    expect(names(found)).toEqual(["Home"]);
  });
});

describe("another host that a server leads to", () => {
  test("by a redirect of well-known is a question, and is asked when agreed to", async () => {
    const servers = new ScriptedServers({
      "https://example.org/.well-known/caldav": "https://cal.provider.net/",
      ...serverAt("https://cal.provider.net", "Work"),
    });
    const error = await refusal(find(servers, "example.org"));
    expect(error).toMatchObject({
      code: "host-not-agreed",
      details: { host: "cal.provider.net", from: "example.org" },
    });
    expect(servers.asked).toEqual(["example.org"]);
    const agreed = ["cal.provider.net"];
    expect(names(await find(servers, "example.org", { agreed }))).toEqual(["Work"]);
  });

  test("by one home set of several: the others are found, and the host is named", async () => {
    const homes = hrefs("C:calendar-home-set", "/cal/", "https://cal.provider.net/cal/");
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "Home"),
      ...serverAt("https://cal.provider.net", "Work"),
      "https://example.org/ada/": { "/ada/": homes },
    });
    const found = await find(servers, "https://example.org/");
    expect(names(found)).toEqual(["Home"]);
    expect(found.otherHosts).toEqual([
      { host: "cal.provider.net", url: "https://cal.provider.net/cal/" },
    ]);
    expect(servers.asked).toEqual(["example.org"]);

    const both = await find(servers, "https://example.org/", { agreed: ["cal.provider.net"] });
    expect(names(both)).toEqual(["Home", "Work"]);
    expect(both.homeUrls).toEqual(["https://example.org/cal/", "https://cal.provider.net/cal/"]);
    expect(both.otherHosts).toEqual([]);
  });

  test("without encryption is never asked: its paths are taken for the server's own", async () => {
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "Home"),
      "https://example.org/": { "/": hrefs("D:current-user-principal", "http://inner:8080/ada/") },
    });
    const agreed = ["inner:8080"];
    expect(names(await find(servers, "https://example.org/", { agreed }))).toEqual(["Home"]);
    expect(servers.asked).toEqual(["example.org"]);
  });
});

describe("people who let the user act for them", () => {
  const principal = (proxies: string): Record<string, ScriptedAnswer> => ({
    ...serverAt("https://example.org", "Mine"),
    "https://example.org/ada/": {
      "/ada/": hrefs("C:calendar-home-set", "/cal/") + proxies,
    },
    "https://example.org/bob/": {
      "/bob/": named("Bob Builder") + hrefs("C:calendar-home-set", "/cal/bob/"),
    },
    "https://example.org/cal/bob/": {
      "/cal/bob/": FOLDER,
      "/cal/bob/site/": CALENDAR + named("Site"),
      "/cal/bob/inbox/": `<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>${named("Inbox")}`,
    },
  });

  test.each([
    ["hrefs", hrefs("CS:calendar-proxy-write-for", "/bob/")],
    [
      "expanded responses",
      "<CS:calendar-proxy-read-for><D:response><D:href>/bob/</D:href></D:response></CS:calendar-proxy-read-for>",
    ],
  ])("are told by %s: their calendars are found, with whose they are", async (_, proxies) => {
    const servers = new ScriptedServers(principal(proxies));
    const found = await find(servers, "https://example.org/");
    expect(found.calendars).toMatchObject([
      { displayName: "Mine", relation: "own", owner: null },
      { displayName: "Site", relation: "delegated", owner: "Bob Builder" },
    ]);
    expect(found.homeUrls).toEqual(["https://example.org/cal/"]);
    expect(found.delegatedHomes).toEqual(["https://example.org/cal/bob/"]);
  });

  test("and whose place cannot be read do not spoil the user's own", async () => {
    const servers = new ScriptedServers(
      principal(hrefs("CS:calendar-proxy-write-for", "/gone/", "/bob/")),
    );
    expect(names(await find(servers, "https://example.org/"))).toEqual(["Mine", "Site"]);
  });
});

describe("what lies in a home set", () => {
  test("somebody else's calendar is told from the user's own", async () => {
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "x"),
      "https://example.org/cal/": {
        "/cal/": FOLDER,
        "/cal/own/": CALENDAR + named("Own") + hrefs("D:owner", "/ada"),
        "/cal/bobs/": CALENDAR + named("Bob's") + hrefs("D:owner", "/users/bob%20b/"),
        "/cal/shared/": `<D:resourcetype><D:collection/><C:calendar/><CS:shared/></D:resourcetype>${named("Shared")}`,
      },
    });
    expect((await find(servers, "https://example.org/")).calendars).toMatchObject([
      { displayName: "Own", relation: "own", owner: null },
      { displayName: "Bob's", relation: "shared", owner: "bob b" },
      { displayName: "Shared", relation: "shared", owner: null },
    ]);
  });

  test("inboxes and outboxes are no calendars, even if they say so", async () => {
    const boxes =
      hrefs("C:schedule-inbox-URL", "/cal/in/") + hrefs("C:schedule-outbox-URL", "/cal/out");
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "x"),
      "https://example.org/ada/": { "/ada/": hrefs("C:calendar-home-set", "/cal/") + boxes },
      "https://example.org/cal/": {
        "/cal/": FOLDER,
        "/cal/in/": CALENDAR + named("In"),
        "/cal/out/": CALENDAR + named("Out"),
        "/cal/one/": CALENDAR + named("One"),
      },
    });
    expect(names(await find(servers, "https://example.org/"))).toEqual(["One"]);
  });

  test.each([
    ["read", { add: false, change: false, remove: false }, true],
    ["write", { add: true, change: true, remove: true }, false],
    ["all", { add: true, change: true, remove: true }, false],
    ["bind", { add: true, change: false, remove: false }, false],
    ["write-content", { add: false, change: true, remove: false }, false],
    ["unbind", { add: false, change: false, remove: true }, true],
    ["write-properties", { add: false, change: false, remove: false }, true],
  ])("with the privilege %s", async (privilege, rights, readOnly) => {
    const set = `<D:current-user-privilege-set><D:privilege><D:${privilege}/></D:privilege></D:current-user-privilege-set>`;
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "x"),
      "https://example.org/cal/": { "/cal/": FOLDER, "/cal/one/": CALENDAR + set },
    });
    const found = await find(servers, "https://example.org/");
    expect(found.calendars).toMatchObject([{ rights, readOnly }]);
  });

  test.each([
    ["<C:calendar-timezone-id>Europe/Berlin</C:calendar-timezone-id>", "Europe/Berlin"],
    [
      "<C:calendar-timezone>BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:Asia/Tokyo&#13;\nEND:VTIMEZONE</C:calendar-timezone>",
      "Asia/Tokyo",
    ],
    ["", null],
  ])("a calendar's own time zone is told: %#", async (property, timeZone) => {
    const servers = new ScriptedServers({
      ...serverAt("https://example.org", "x"),
      "https://example.org/cal/": { "/cal/": FOLDER, "/cal/one/": CALENDAR + property },
    });
    expect((await find(servers, "https://example.org/")).calendars).toMatchObject([{ timeZone }]);
  });
});

test.each([
  ["that has not been agreed to", "https://cal.b.net/ada/", {}],
  ["that was declined", "https://cal.b.net/ada/", { declined: ["cal.b.net"] }],
  ["without encryption", "http://inner.a.org:8080/gone/", {}],
])(
  "a principal on a host %s is not kept with the calendar found",
  async (_, principal, choices) => {
    const servers = new ScriptedServers({
      "https://cal.a.org/ada/work/": {
        "/ada/work/": CALENDAR + named("Work") + hrefs("D:current-user-principal", principal),
      },
    });
    const found = await find(servers, "https://cal.a.org/ada/work/", choices);
    expect(names(found)).toEqual(["Work"]);
    expect(found.principal).toBe("");
    expect(servers.asked).toEqual(["cal.a.org"]);
  },
);

test("a principal on another host, named by a home set, is not kept", async () => {
  const servers = new ScriptedServers({
    "https://cal.a.org/ada/": {
      "/ada/":
        hrefs("C:calendar-home-set", "/cal/") + hrefs("D:principal-URL", "https://cal.b.net/ada/"),
    },
    "https://cal.a.org/cal/": { "/cal/": FOLDER, "/cal/one/": CALENDAR + named("Work") },
  });
  const found = await find(servers, "https://cal.a.org/ada/");
  expect(names(found)).toEqual(["Work"]);
  expect(found.principal).toBe("https://cal.a.org/ada/");
});

test("a home set of a server that names no principal is found by its own URL", async () => {
  const servers = new ScriptedServers({
    "https://example.org/cal/": { "/cal/": FOLDER, "/cal/one/": CALENDAR + named("One") },
  });
  const found = await find(servers, "https://example.org/cal/");
  expect(names(found)).toEqual(["One"]);
  expect(found.homeUrls).toEqual(["https://example.org/cal/"]);
});

test("what a location's query carries is not in the log", async () => {
  const servers = new ScriptedServers({});
  const error = await refusal(find(servers, "https://example.org/dav/?key=s3cret"));
  expect(servers.requests[0]).toContain("s3cret");
  expect(JSON.stringify(error.details)).not.toContain("s3cret");
});
