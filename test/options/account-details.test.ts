// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { AccountsSection } from "../../src/options/components/accounts-section.ts";
import type {
  Account,
  AccountCalendar,
  CommandValue,
  GuardedChange,
  PendingEdit,
} from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { ALL_RIGHTS, discoveredCalendar } from "../support/account-samples.ts";
import { eventText } from "../support/event-text.ts";
import { alerts, button, FakeBackground, field, NOW } from "./fake-background.ts";

type Conflict = CommandValue<"conflicts.list">[number];

let background: FakeBackground;
let calendar: AccountCalendar;
let account: Account;

const text = (): string => document.body.textContent ?? "";

beforeEach(() => {
  document.body.replaceChildren();
  vi.useFakeTimers({ toFake: ["setInterval"] });
  background = new FakeBackground();
  calendar = {
    id: "c1",
    url: "https://dav.example.org/ada/work/",
    name: "Work",
    color: "#112233",
    readOnly: false,
    rights: ALL_RIGHTS,
    description: "",
    timeZone: null,
    relation: "own",
    owner: null,
    components: ["VEVENT"],
    lastGoodSync: NOW,
    pendingChanges: 0,
    conflicts: 0,
    quarantined: 0,
    syncing: false,
    error: null,
    trouble: null,
    refused: 0,
    heldBack: 0,
  };
  background.answers["calendars.configure"] = ({ refreshMinutes }) => [
    {
      calendarId: "c1",
      invitations: "auto",
      invitationsBy: "server",
      alarms: "auto",
      shared: false,
      refreshMinutes: refreshMinutes ?? 5,
      minimumRefreshMinutes: 15,
    },
  ];
  account = {
    id: "a1",
    location: "dav.example.org",
    username: "ada",
    principal: "https://dav.example.org/ada/",
    insecure: false,
    signIn: { kind: "password" },
    calendars: [calendar],
    offered: [],
    agreedHosts: [],
    error: null,
  };
});

async function open(changes: Partial<AccountCalendar> = {}): Promise<void> {
  background.answers["accounts.list"] = () => [
    { ...account, calendars: [{ ...calendar, ...changes }] },
  ];
  await new AccountsSection(document.body, background.page).refresh();
}

/** Opens a panel of the calendar's details. */
function openPanel(title: string): void {
  if (document.querySelector<HTMLElement>(".details")?.hidden) button("Details: Work").click();
  const panel = [...document.querySelectorAll("details")].find(({ textContent }) =>
    textContent?.startsWith(title),
  );
  if (!panel) throw new Error(`there is no panel ${title}`);
  panel.open = true;
}

describe("decisions", () => {
  const conflict: Conflict = {
    id: 7,
    calendarId: "c1",
    name: "a.ics",
    summary: "Lunch",
    conflict: "both-changed",
    properties: ["SUMMARY"],
    createdAt: NOW,
    mine: eventText("a", { SUMMARY: "Lunch at one" }),
    theirs: eventText("a", { SUMMARY: "Lunch at noon" }),
    words: [],
  };

  test("a conflict shows both sides, and is decided", async () => {
    background.answers["conflicts.list"] = () => [conflict];
    background.answers["conflicts.resolve"] = () => ({ changed: 1, sent: 1 });
    await open();
    expect(text()).toContain("One decision waits for you");
    const marked = (tag: string) => document.querySelector(`.comparison ${tag}`)?.textContent;
    expect(marked("del")).toContain("noon");
    expect(marked("ins")).toContain("one");
    expect([...document.querySelectorAll("thead th")].map((node) => node.textContent)).toEqual([
      "On the server",
      "Made here",
    ]);
    background.answers["conflicts.list"] = () => [];
    button("Keep the one made here: Lunch").click();
    await vi.waitFor(() =>
      expect(document.querySelector<HTMLElement>(".decisions")?.hidden).toBe(true),
    );
    expect(background.asks("conflicts.resolve")).toEqual([
      { calendarId: "c1", id: 7, keep: "mine" },
    ]);
    expect(background.announced.at(-1)).toBe("Decided: Lunch.");
  });

  test("where one side deleted it, the choice is to keep or to delete", async () => {
    background.answers["conflicts.list"] = () => [
      { ...conflict, conflict: "deleted-there", theirs: null },
    ];
    background.answers["conflicts.resolve"] = () => ({ changed: 1, sent: 0 });
    await open();
    expect(text()).toContain("on the server it was deleted");
    button("Delete it: Lunch").click();
    await vi.waitFor(() => expect(background.asks("conflicts.resolve")).toHaveLength(1));
    expect(background.asks("conflicts.resolve")[0]).toMatchObject({ keep: "theirs" });
  });

  test("a decision that failed is said, and the conflict stays to be decided", async () => {
    background.answers["conflicts.list"] = () => [conflict];
    background.answers["conflicts.resolve"] = () => {
      throw new AppError("busy", "The item kept changing.", { hint: "Try again." });
    };
    await open();
    button("Keep both: Lunch").click();
    await vi.waitFor(() => expect(alerts()[0]).toContain("The item kept changing."));
    expect(button("Keep both: Lunch").disabled).toBe(false);
  });

  const held: GuardedChange = {
    calendarId: "c1",
    kind: "deletions",
    state: "held",
    at: null,
    count: 40,
    summaries: ["Lunch", "Dinner"],
    preview: "of-forty",
  };

  test("many deletions wait: brought back with one press", async () => {
    background.answers["guard.list"] = () => [held];
    background.answers["guard.decide"] = () => ({ changed: 40, merged: 0, left: [] });
    await open();
    expect(text()).toContain("40 items of “Work” were deleted here");
    expect(text()).toMatch(/Dinner.*and 38 more/);
    button("Bring them back here").click();
    await vi.waitFor(() => expect(background.announced.at(-1)).toContain("40 items stay"));
    expect(background.asks("guard.decide")).toEqual([
      {
        calendarId: "c1",
        kind: "deletions",
        decision: "keep",
        preview: "of-forty",
        withoutSnapshot: false,
      },
    ]);
  });

  test("of many that became others meanwhile nothing is decided, and the new state is shown", async () => {
    background.answers["guard.list"] = () => [held];
    background.answers["guard.decide"] = () => {
      // As many as before, and not the same.
      background.answers["guard.list"] = () => [
        { ...held, summaries: ["Supper", "Dinner"], preview: "of-others" },
      ];
      throw new AppError("preview-outdated", "It has changed since.", {
        hint: "Nothing was done.",
      });
    };
    await open();
    button("Delete them on the server too").click();
    await vi.waitFor(() => expect(text()).toContain("Supper"));
    expect(text()).not.toContain("Lunch");
    expect(alerts()[0]).toContain("Nothing was done.");
    background.answers["guard.decide"] = () => ({ changed: 40, merged: 0, left: [] });
    button("Delete them on the server too").click();
    await vi.waitFor(() => expect(background.asks("guard.decide")).toHaveLength(2));
    expect(background.asks("guard.decide")[1]).toMatchObject({ preview: "of-others" });
  });

  test("what a decision left alone is said after the card is gone", async () => {
    background.answers["guard.list"] = () => [{ ...held, kind: "reversals" }];
    background.answers["guard.decide"] = () => {
      background.answers["guard.list"] = () => [];
      const left = [{ name: "a.ics", summary: "Lunch", why: "changed" as const }];
      return { changed: 39, merged: 0, left };
    };
    await open();
    button("Keep the newer ones, and send them to the server").click();
    await vi.waitFor(() => expect(text()).toContain("One item was left alone"));
    expect(text()).toContain("39 items stay as they were.");
    expect(text()).toContain("Lunch");
  });

  test("without a snapshot they are applied only after a second word", async () => {
    background.answers["guard.list"] = () => [held];
    background.answers["guard.decide"] = ({ withoutSnapshot }) => {
      if (withoutSnapshot) return { changed: 40, merged: 0, left: [] };
      throw new AppError("backup-incomplete", "No snapshot could be taken.", {
        hint: "Nothing was changed.",
      });
    };
    await open();
    button("Delete them on the server too").click();
    await vi.waitFor(() => expect(alerts()[0]).toContain("Nothing was changed."));
    button("Go on without a snapshot").click();
    await vi.waitFor(() => expect(background.announced.at(-1)).toContain("Done, for 40 items"));
  });
});

test("whose a calendar is, and what may be done in it, are said", async () => {
  await open({
    relation: "shared",
    owner: "Grace",
    rights: { add: true, change: false, remove: false },
  });
  expect(text()).toContain("Shared by Grace");
  expect(text()).toContain("You may only add");
});

test("what is withheld is listed with its reason, tried again, and saved", async () => {
  const damaged = {
    calendarId: "c1",
    name: "x.ics",
    reason: "The text is cut off. It is kept.",
    since: NOW,
    text: "BEGIN:VCALENDAR\r\nBEGIN:VEV",
  };
  background.answers["quarantine.list"] = () => [
    damaged,
    { ...damaged, calendarId: "other", name: "foreign.ics" },
  ];
  background.answers["places.pick"] = () => ({ directory: "/picked" });
  background.answers["items.save"] = () => ({ file: "x.ics" });
  background.answers["quarantine.retry"] = () => ({ recovered: 1, left: [] });
  await open({ quarantined: 1 });
  openPanel("Not loaded");
  await vi.waitFor(() => expect(text()).toContain("The text is cut off."));
  expect(text()).not.toContain("foreign.ics");
  button("Save… x.ics").click();
  await vi.waitFor(() => expect(text()).toContain("Saved as x.ics in /picked"));
  expect(background.asks("items.save")).toEqual([
    { directory: "/picked", title: "x", text: damaged.text },
  ]);
  button("Try again now").click();
  await vi.waitFor(() => expect(text()).toContain("One item is here now."));
});

test("earlier versions are found by title, shown, and brought back", async () => {
  const version = (id: number, summary: string) => ({
    id,
    calendarId: "c1",
    name: `${id}.ics`,
    uid: `${id}`,
    summary,
    reason: "edit",
    supersededAt: NOW - id,
    text: eventText(`${id}`, { SUMMARY: summary, LOCATION: "Room 5" }),
  });
  background.answers["superseded.list"] = () => [
    version(1, "Lunch"),
    ...Array.from({ length: 40 }, (_, index) => version(index + 2, `Meeting ${index}`)),
  ];
  background.answers["superseded.restore"] = () => ({ changed: 1, sent: 1 });
  await open();
  openPanel("Earlier versions");
  await vi.waitFor(() => expect(text()).toContain("41 earlier versions"));
  expect(document.querySelectorAll(".rows > li").length).toBe(30);
  button("Show more (11)").click();
  expect(document.querySelectorAll(".rows > li").length).toBe(41);
  const search = field("Search in titles");
  search.value = "lun";
  search.dispatchEvent(new Event("input"));
  expect(text()).toContain("One earlier version");
  button("Show Lunch").click();
  expect(text()).toContain("Room 5");
  button("Bring back: Lunch").click();
  await vi.waitFor(() => expect(text()).toContain("“Lunch” is back as it was then."));
  expect(background.asks("superseded.restore")).toEqual([{ calendarId: "c1", id: 1 }]);
});

test("a comparison names what differs, and repairs it", async () => {
  background.answers["sync.audit"] = ({ repair }) => ({
    checked: 20,
    differences: [{ name: "a.ics", kind: "missing-here", summary: null }],
    left: repair ? 0 : 1,
  });
  await open();
  openPanel("Compare with the server");
  await vi.waitFor(() => button("Compare now"));
  button("Compare now").click();
  await vi.waitFor(() => expect(alerts()[0]).toMatch(/One difference.*a\.ics: only on the server/));
  expect(background.asks("sync.audit")).toEqual([{ calendarId: "c1", repair: false }]);
  button("Repair").click();
  await vi.waitFor(() => expect(text()).toContain("One difference was repaired."));
});

test("many changes that were made are undone", async () => {
  const made: GuardedChange = {
    calendarId: "c1",
    kind: "removals",
    state: "made",
    at: NOW - 5000,
    count: 30,
    summaries: [],
    preview: null,
  };
  background.answers["guard.list"] = () => [made];
  background.answers["guard.undo"] = () => ({
    changed: 27,
    merged: 1,
    left: [
      { name: "a.ics", summary: "Lunch", why: "changed" },
      { name: "b.ics", summary: "Dinner", why: "deleted" },
      { name: "c.ics", summary: "", why: "lost" },
    ],
  });
  await open();
  openPanel("Many changes at once");
  await vi.waitFor(() => expect(text()).toContain("30 items were removed here"));
  document.querySelector<HTMLButtonElement>(".details .rows button")?.click();
  await vi.waitFor(() => expect(text()).toContain("27 items are back."));
  expect(text()).toContain("One of them keeps what was changed in it since.");
  expect(text()).toMatch(/the same in it was changed since.*Lunch/);
  expect(text()).toMatch(/it was deleted since.*Dinner/);
  expect(text()).toMatch(/no longer kept here.*c\.ics/);
  expect(background.asks("guard.undo")).toEqual([
    { calendarId: "c1", kind: "removals", at: NOW - 5000 },
  ]);
});

const edit: PendingEdit = {
  calendarId: "c1",
  name: "a.ics",
  summary: "Lunch",
  change: "update",
  since: NOW,
  attempts: 2,
  error: { code: "forbidden", message: "The server refused it.", hint: "It is kept.", details: {} },
  nextTry: null,
  waiting: false,
};

test("what waits to be sent is listed with the reason, sent, and taken back", async () => {
  background.answers["pending.list"] = () => [
    edit,
    { ...edit, name: "b.ics", summary: "New", change: "create", error: null },
  ];
  background.answers["pending.retry"] = () => ({ sent: 1, left: [edit] });
  background.answers["pending.discard"] = () => ({ discarded: true });
  await open({ pendingChanges: 2, refused: 1 });
  expect(text()).toContain("The server did not take one change.");
  openPanel("Waiting to be sent");
  await vi.waitFor(() => expect(text()).toContain("The server refused it."));
  button("Send now: New").click();
  await vi.waitFor(() => expect(text()).toContain("One still waits."));
  button("Take back: the change of Lunch").click();
  await vi.waitFor(() => expect(text()).toContain("“Lunch” is as the server has it again."));
  expect(background.asks("pending.retry")).toEqual([{ calendarId: "c1", name: "b.ics" }]);
  expect(background.asks("pending.discard")).toEqual([{ calendarId: "c1", name: "a.ics" }]);
});

test("a passing failure is no alarm, and says when it is tried again", async () => {
  const error = { code: "network" as const, message: "No answer.", hint: "", details: {} };
  await open({ trouble: { error, since: NOW, nextTry: NOW + 60_000 } });
  expect(alerts()).toEqual([]);
  expect(text()).toMatch(/No answer\. Tried again by itself/);
});

test("how often the server is asked is chosen for this calendar", async () => {
  await open();
  openPanel("Settings of the calendar");
  await vi.waitFor(() => expect(text()).toContain("no more often than: Every 15 minutes"));
  const select = document.querySelector<HTMLSelectElement>(".choices select");
  if (!select) throw new Error("there is nothing to choose");
  select.value = "60";
  select.dispatchEvent(new Event("change"));
  await vi.waitFor(() => expect(background.announced.at(-1)).toBe("Saved."));
  expect(background.asks("calendars.configure").at(-1)).toEqual({
    calendarId: "c1",
    refreshMinutes: 60,
  });
});

test("name and colour are changed on the server", async () => {
  background.answers["calendars.updateRemote"] = ({ name }) => ({
    name: name ?? "",
    color: null,
    description: "",
  });
  await open();
  openPanel("Settings of the calendar");
  await vi.waitFor(() => expect(field("Name").value).toBe("Work"));
  field("Name").value = " Office ";
  field("Color").value = "#ff0000";
  button("Save").click();
  await vi.waitFor(() => expect(text()).toContain("Saved on the server."));
  expect(background.asks("calendars.updateRemote")).toEqual([
    { calendarId: "c1", name: "Office", color: "#ff0000" },
  ]);
});

test("a calendar with waiting changes is taken out after a second word that says what becomes of them", async () => {
  background.answers["calendars.unsubscribe"] = ({ discardPending }) => {
    if (discardPending) return { superseded: 2, snapshotId: null };
    throw new AppError("pending-changes", "2 changes are not on the server yet.", {
      hint: "Sync.",
    });
  };
  background.answers["calendars.countItems"] = ({ calendarIds }) => ({
    items: calendarIds.includes("c1") ? 1200 : 0,
  });
  await open({ pendingChanges: 2 });
  openPanel("Settings of the calendar");
  await vi.waitFor(() => button("Take it out of Thunderbird…"));
  button("Take it out of Thunderbird…").click();
  await vi.waitFor(() => button("Take it out"));
  expect(alerts()[0]).toMatch(
    /server and your backups keep everything.*There are 1,200 items in it\. 2 changes wait/,
  );
  expect(background.asks("calendars.unsubscribe")).toEqual([]);
  button("Take it out").click();
  await vi.waitFor(() => button("Remove anyway"));
  button("Remove anyway").click();
  await vi.waitFor(() => expect(background.announced.at(-1)).toContain("taken out"));
  expect(background.asks("calendars.unsubscribe").map((args) => args.discardPending)).toEqual([
    false,
    true,
  ]);
});

test.each([
  [0, "There is nothing in it."],
  [1, "There is one item in it."],
  [12, "There are 12 items in it."],
  [null, "can be restored."],
])(
  "a calendar is deleted on the server only after it was asked, with %s items",
  async (items, said) => {
    background.answers["calendars.deleteRemote"] = () => ({ snapshotId: "s1", superseded: 0 });
    background.answers["calendars.countItems"] = () => {
      if (items === null) throw new AppError("calendar-unknown", "Gone.", { hint: "" });
      return { items };
    };
    await open();
    openPanel("Settings of the calendar");
    await vi.waitFor(() => button("Delete it on the server…"));
    button("Delete it on the server…").click();
    await vi.waitFor(() => button("Delete it for everybody"));
    expect(alerts()[0]).toMatch(/for everybody.*snapshot is taken first/);
    expect(alerts()[0]).toContain(said);
    expect(background.asks("calendars.deleteRemote")).toEqual([]);
    button("Delete it for everybody").click();
    await vi.waitFor(() => expect(background.announced.at(-1)).toContain("deleted on the server"));
  },
);

test.each<[string, Partial<AccountCalendar>]>([
  ["before the first synchronization", { lastGoodSync: null }],
  ["that holds only changes that wait", { pendingChanges: 2 }],
  ["of which items could not be read", { quarantined: 1 }],
])("a calendar %s is not called empty", async (_, changes) => {
  await open(changes);
  openPanel("Settings of the calendar");
  await vi.waitFor(() => button("Delete it on the server…"));
  button("Delete it on the server…").click();
  await vi.waitFor(() => button("Delete it for everybody"));
  expect(alerts()[0]).toContain("for everybody");
  expect(alerts()[0]).not.toContain("nothing in it");
});

test("new calendars on the server are offered: one is taken, one is not wanted", async () => {
  const urls = ["team", "birthdays"].map((name) => `https://dav.example.org/ada/${name}/`);
  account = {
    ...account,
    offered: [
      discoveredCalendar(urls[0] as string, "Team"),
      discoveredCalendar(urls[1] as string, "Birthdays"),
    ],
  };
  background.answers["calendars.subscribe"] = () => ({ calendars: [] });
  background.answers["calendars.dismiss"] = () => ({ dismissed: 1 });
  await open();
  expect(text()).toContain("2 new calendars on the server");
  button("Subscribe Team").click();
  button("Not now: Birthdays").click();
  await vi.waitFor(() => expect(background.asks("calendars.dismiss")).toHaveLength(1));
  expect(background.asks("calendars.subscribe")).toEqual([{ accountId: "a1", urls: [urls[0]] }]);
  expect(background.asks("calendars.dismiss")).toEqual([{ accountId: "a1", urls: [urls[1]] }]);
});

test("calendars of a known account are ticked on and off", async () => {
  const [work, home] = [
    discoveredCalendar(calendar.url, "Work"),
    discoveredCalendar("https://dav.example.org/ada/home/", "Home"),
  ];
  background.answers["accounts.discover"] = () => ({
    principal: account.principal,
    calendars: [work, home],
    log: [],
    insecure: false,
    otherHosts: [],
    advice: null,
  });
  background.answers["calendars.unsubscribe"] = () => ({ superseded: 0, snapshotId: null });
  background.answers["accounts.add"] = () => ({ accountId: "a1", calendars: [] });
  await open();
  button("Calendars…").click();
  button("Find calendars").click();
  await vi.waitFor(() => button("Apply"));
  expect(field("Work").checked).toBe(true);
  expect(field("Home").checked).toBe(false);
  field("Work").click();
  field("Home").click();
  button("Apply").click();
  await vi.waitFor(() => expect(background.asks("accounts.add")).toHaveLength(1));
  expect(background.asks("calendars.unsubscribe")).toEqual([
    { calendarId: "c1", discardPending: false },
  ]);
  expect(background.asks("accounts.add")[0]).toMatchObject({ calendars: [home.url] });
});

test("a new calendar is made on the server, once it has a name", async () => {
  background.answers["calendars.createRemote"] = () => ({ id: "c9", url: "u" });
  await open();
  button("New calendar…").click();
  button("Create").click();
  expect(alerts()[0]).toContain("Fill in");
  field("Name").value = "Garden";
  button("Create").click();
  await vi.waitFor(() => expect(background.announced.at(-1)).toContain("Garden"));
  expect(background.asks("calendars.createRemote")).toMatchObject([
    { accountId: "a1", name: "Garden" },
  ]);
});

test("what is open in the details stays while the list is read anew", async () => {
  await open();
  openPanel("Settings of the calendar");
  await vi.waitFor(() => field("Name"));
  field("Name").value = "half typed";
  field("Name").focus();
  background.answers["accounts.list"] = () => [
    { ...account, calendars: [{ ...calendar, pendingChanges: 3 }] },
  ];
  background.emit({ event: "changed", what: "accounts" });
  await vi.waitFor(() => expect(text()).toContain("3 changes wait"));
  expect(field("Name").value).toBe("half typed");
  expect(document.activeElement).toBe(field("Name"));
});

test.each([
  ["tls", { host: "dav.example.org", certificate: "SELF_SIGNED" }, "Look at the certificate…"],
  ["moved", { movedTo: "https://new.example.org/dav/" }, "Go on at new.example.org"],
  ["calendar-replaced", {}, "It is the right one: go on with it"],
  ["network", {}, "Try again"],
  ["not-found", {}, "Look for it again"],
] as const)("the error %s comes with the action that helps", async (code, details, label) => {
  background.answers["accounts.trustCertificate"] = () => ({ trusted: true });
  background.answers["accounts.agree"] = () => ({ agreedHosts: ["new.example.org"] });
  background.answers["calendars.takeOver"] = () => ({ calendars: [] });
  background.answers["sync.run"] = () => ({ calendars: [] });
  await open({ error: { code, message: "It failed.", hint: "Nothing was lost.", details } });
  button(label).click();
  await vi.waitFor(() => expect(background.asks("sync.run")).toHaveLength(1));
  expect(background.asks("accounts.trustCertificate")).toEqual(
    code === "tls" ? [{ host: "dav.example.org" }] : [],
  );
  expect(background.asks("accounts.agree")).toEqual(
    code === "moved" ? [{ accountId: "a1", host: "new.example.org" }] : [],
  );
  expect(background.asks("calendars.takeOver")).toEqual(
    code === "calendar-replaced" ? [{ calendarId: "c1" }] : [],
  );
});
