// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { AccountsSection } from "../../src/options/components/accounts-section.ts";
import { LastShown } from "../../src/options/last-shown.ts";
import type { Account, AccountCalendar } from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { discoveredCalendar } from "../support/account-samples.ts";
import { MemoryArea } from "../support/memory-area.ts";
import { alerts, button, FakeBackground, field, NOW } from "./fake-background.ts";

let background: FakeBackground;

function calendar(id: string, changes: Partial<AccountCalendar> = {}): AccountCalendar {
  return {
    id,
    url: `https://dav.example.org/ada/${id}/`,
    name: id,
    color: "#112233",
    readOnly: false,
    rights: { add: true, change: true, remove: true },
    description: "",
    timeZone: null,
    relation: "own",
    owner: null,
    components: ["VEVENT"],
    lastGoodSync: NOW - 5 * 60_000,
    pendingChanges: 0,
    conflicts: 0,
    quarantined: 0,
    syncing: false,
    error: null,
    trouble: null,
    refused: 0,
    heldBack: 0,
    ...changes,
  };
}

function account(changes: Partial<Account> = {}): Account {
  return {
    id: "a1",
    location: "dav.example.org",
    username: "ada",
    principal: "https://dav.example.org/ada/",
    insecure: false,
    signIn: { kind: "password" },
    calendars: [calendar("Work")],
    offered: [],
    agreedHosts: [],
    error: null,
    ...changes,
  };
}

async function open(...accounts: Account[]): Promise<void> {
  background.answers["accounts.list"] = () => accounts;
  const section = new AccountsSection(document.body, background.page);
  await section.refresh();
}

/** Fills and sends the first step of the form. */
function search(location: string): void {
  button("Add account").click();
  field("Server").value = location;
  field("User name").value = "ada";
  field("Password").value = "engine";
  button("Find calendars").click();
}

const twoCalendars = () => ({
  principal: "https://dav.example.org/ada/",
  log: [],
  insecure: false,
  otherHosts: [],
  advice: null,
  calendars: [
    discoveredCalendar("https://dav.example.org/ada/work/", "Work"),
    discoveredCalendar("https://dav.example.org/ada/diary/", "Diary", { components: ["VJOURNAL"] }),
  ],
});

beforeEach(() => {
  document.body.replaceChildren();
  vi.useFakeTimers({ toFake: ["setInterval"] });
  background = new FakeBackground();
});

test("without an account the page says what to do", async () => {
  await open();
  expect(document.body.textContent).toContain("No account yet");
  expect(button("Add account").disabled).toBe(false);
});

test("an account is added: searched, ticked, subscribed", async () => {
  await open();
  background.answers["accounts.discover"] = twoCalendars;
  background.answers["accounts.add"] = () => ({
    accountId: "a1",
    calendars: [{ id: "c1", url: "https://dav.example.org/ada/work/" }],
  });
  search(" dav.example.org ");
  await vi.waitFor(() => button("Subscribe"));
  expect(field("Work").checked).toBe(true);
  expect(field("Diary").disabled).toBe(true);
  background.answers["accounts.list"] = () => [account()];
  button("Subscribe").click();
  await vi.waitFor(() => expect(document.body.textContent).toContain("Up to date"));
  const login = { location: "dav.example.org", username: "ada", password: "engine" };
  expect(background.asks("accounts.discover")).toEqual([login]);
  expect(background.asks("accounts.add")).toEqual([
    { ...login, savePassword: true, calendars: ["https://dav.example.org/ada/work/"] },
  ]);
  expect(document.body.innerHTML).not.toContain("engine");
});

test("what was shown last is no longer said to be that once reading failed", async () => {
  const area = new MemoryArea();
  new LastShown({ local: area }).keep("accounts", [account()]);
  let fail: () => void = () => {};
  background.answers["accounts.list"] = () =>
    new Promise((_, reject) => {
      fail = () => reject(new AppError("item-store", "The store cannot be opened."));
    });
  const page = { ...background.page, lastShown: new LastShown({ local: area }) };
  const reading = new AccountsSection(document.body, page).refresh();
  await vi.waitFor(() => expect(document.body.textContent).toContain("Work"));
  expect(document.querySelector("[data-as-last][aria-busy=true]")).not.toBeNull();
  fail();
  await reading;
  expect(alerts()[0]).toContain("The store cannot be opened.");
  expect(document.querySelector("[data-as-last], [aria-busy]")).toBeNull();
});

test("empty fields are named and nothing is sent", async () => {
  await open();
  button("Add account").click();
  field("User name").value = "ada";
  button("Find calendars").click();
  expect(alerts()).toEqual(["Fill in the marked fields."]);
  expect(field("Server").getAttribute("aria-invalid")).toBe("true");
  expect(field("User name").getAttribute("aria-invalid")).toBe("false");
  expect(document.activeElement).toBe(field("Server"));
  expect(background.asks("accounts.discover")).toEqual([]);
});

test.each(["http://192.168.1.5:5232", "HTTP://calendar.example.org/"])(
  "the password is not sent to %s before the warning is confirmed",
  async (location) => {
    await open();
    background.answers["accounts.discover"] = () => ({ ...twoCalendars(), insecure: true });
    search(location);
    expect(alerts()[0]).toContain("not encrypted");
    expect(background.asks("accounts.discover")).toEqual([]);
    field("I know, connect anyway").click();
    button("Find calendars").click();
    await vi.waitFor(() => button("Subscribe"));
    expect(background.asks("accounts.discover")).toHaveLength(1);
  },
);

function choose(way: string): void {
  const option = [...document.querySelectorAll("option")].find(({ text }) => text === way);
  const select = option?.closest("select");
  if (!option || !select) throw new Error(`there is no ${way}`);
  select.value = option.value;
  select.dispatchEvent(new Event("change"));
}

test("without the tick the password is not saved", async () => {
  await open();
  background.answers["accounts.discover"] = twoCalendars;
  background.answers["accounts.add"] = () => ({ accountId: "a1", calendars: [] });
  search("dav.example.org");
  await vi.waitFor(() => button("Subscribe"));
  const tick = field("Save it in Thunderbird's password manager");
  expect(tick.checked).toBe(true);
  tick.click();
  button("Subscribe").click();
  await vi.waitFor(() => expect(background.asks("accounts.add")).toHaveLength(1));
  expect(background.asks("accounts.add")).toMatchObject([{ savePassword: false }]);
});

test("signing in with a provider needs no password, and sends none that was typed before", async () => {
  await open();
  background.answers["accounts.discover"] = twoCalendars;
  button("Add account").click();
  field("Server").value = "ada@gmail.com";
  field("User name").value = "ada@gmail.com";
  field("Password").value = "typed too early";
  choose("At Google");
  expect(field("Password").closest("p")?.hidden).toBe(true);
  button("Find calendars").click();
  await vi.waitFor(() => button("Subscribe"));
  const who = { location: "ada@gmail.com", username: "ada@gmail.com" };
  expect(background.asks("accounts.discover")).toEqual([{ ...who, oauth: { name: "google" } }]);
});

test("another provider is asked for by its address and the client's id", async () => {
  await open();
  background.answers["accounts.discover"] = twoCalendars;
  button("Add account").click();
  field("Server").value = "dav.example.org";
  field("User name").value = "ada";
  choose("At another provider (OAuth)");
  button("Find calendars").click();
  expect(alerts()).toEqual(["Fill in the marked fields."]);
  expect(background.asks("accounts.discover")).toEqual([]);
  field("Address of the provider (issuer)").value = "https://id.example.org";
  field("Client ID").value = "mine";
  button("Find calendars").click();
  await vi.waitFor(() => button("Subscribe"));
  expect(background.asks("accounts.discover")[0]?.oauth).toEqual({
    name: "custom",
    issuer: "https://id.example.org",
    clientId: "mine",
  });
});

test("a certificate that is not trusted can be looked at from the form, and the search goes on", async () => {
  await open();
  background.answers["accounts.discover"] = () => {
    throw new AppError("tls", "Thunderbird does not trust the certificate.", {
      details: { host: "dav.example.org:8443", certificate: "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT" },
    });
  };
  search("dav.example.org:8443");
  await vi.waitFor(() => expect(alerts()).toHaveLength(1));
  background.answers["accounts.trustCertificate"] = () => ({ trusted: true });
  background.answers["accounts.discover"] = twoCalendars;
  button("Look at the certificate…").click();
  await vi.waitFor(() => button("Subscribe"));
  expect(background.asks("accounts.trustCertificate")).toEqual([{ host: "dav.example.org:8443" }]);
});

test("a confirmation counts for the confirmed address only", async () => {
  await open();
  search("http://192.168.1.5");
  field("I know, connect anyway").click();
  field("Server").value = "http://other.example.org";
  field("Server").dispatchEvent(new Event("input"));
  button("Find calendars").click();
  expect(alerts()[0]).toContain("not encrypted");
  expect(background.asks("accounts.discover")).toEqual([]);
});

test.each(["http://localhost:5232", "http://127.0.0.1:5232/", "http://[::1]:8080", "example.org"])(
  "%s is searched without a warning",
  async (location) => {
    await open();
    background.answers["accounts.discover"] = twoCalendars;
    search(location);
    await vi.waitFor(() => button("Subscribe"));
    expect(alerts()).toEqual([]);
  },
);

test("another host gets the password only after it was agreed to", async () => {
  await open();
  background.answers["accounts.discover"] = ({ agreedHosts = [] }) => {
    if (agreedHosts.includes("cal.example.net")) return twoCalendars();
    throw new AppError("host-not-agreed", "The server sends you on to cal.example.net.", {
      hint: "Your password was not sent there.",
      details: { host: "cal.example.net", url: "https://cal.example.net/" },
    });
  };
  search("example.org");
  await vi.waitFor(() => expect(alerts()[0]).toContain("Your password was not sent there."));
  button("Go on at cal.example.net").click();
  await vi.waitFor(() => button("Subscribe"));
  expect(background.asks("accounts.discover").map((args) => args.agreedHosts)).toEqual([
    undefined,
    ["cal.example.net"],
  ]);
});

test("calendars announced at another host are offered beside those that were found, and asked for only then", async () => {
  await open();
  const elsewhere = { host: "cal.example.net", url: "https://cal.example.net/" };
  background.answers["accounts.discover"] = ({ agreedHosts = [] }) => ({
    ...twoCalendars(),
    otherHosts: agreedHosts.includes(elsewhere.host) ? [] : [elsewhere],
  });
  search("example.org");
  await vi.waitFor(() => button("Sign in at cal.example.net too"));
  expect(button("Subscribe").disabled, "without it").toBe(false);
  button("Sign in at cal.example.net too").click();
  await vi.waitFor(() => expect(document.body.textContent).not.toContain("were announced too"));
  await vi.waitFor(() => button("Subscribe"));
  button("Subscribe").click();
  await vi.waitFor(() => expect(background.asks("accounts.add")).toHaveLength(1));
  expect(background.asks("accounts.discover").map((args) => args.agreedHosts)).toEqual([
    undefined,
    ["cal.example.net"],
  ]);
  expect(background.asks("accounts.add")).toMatchObject([{ agreedHosts: ["cal.example.net"] }]);
});

test("at a provider there is no password to type", async () => {
  await open();
  background.answers["accounts.discover"] = twoCalendars;
  button("Add account").click();
  const method = document.querySelector("select") as HTMLSelectElement;
  method.value = "google";
  method.dispatchEvent(new Event("change"));
  expect(field("Password").closest("[hidden]")).not.toBe(null);
  field("Server").value = "ada@gmail.com";
  field("User name").value = "ada@gmail.com";
  button("Find calendars").click();
  await vi.waitFor(() => button("Subscribe"));
  const login = { location: "ada@gmail.com", username: "ada@gmail.com" };
  expect(background.asks("accounts.discover")).toEqual([{ ...login, oauth: { name: "google" } }]);
});

test("a failed search shows message, hint and the steps taken, and can be repeated", async () => {
  await open();
  background.answers["accounts.discover"] = () => {
    throw new AppError("not-caldav", "No calendar server was found.", {
      hint: "Check the address.",
      details: { log: ["PROPFIND https://example.org/ answered 200 <html>"] },
    });
  };
  search("example.org");
  await vi.waitFor(() => expect(alerts()).toHaveLength(1));
  expect(alerts()[0]).toContain("No calendar server was found.");
  expect(alerts()[0]).toContain("Check the address.");
  expect(alerts()[0]).toContain("answered 200 <html>");
  background.answers["accounts.discover"] = twoCalendars;
  button("Find calendars").click();
  await vi.waitFor(() => button("Subscribe"));
  expect(alerts()).toEqual([]);
});

test.each([
  [{}, "Up to date"],
  [{ lastGoodSync: null }, "Not synchronized yet"],
  [{ syncing: true }, "Synchronizing…"],
  [{ pendingChanges: 1 }, "One change waits to be sent"],
  [{ pendingChanges: 12 }, "12 changes wait to be sent"],
  [{ quarantined: 2 }, "2 items could not be loaded"],
  [{ readOnly: true }, "Read-only"],
  [
    { error: { code: "timeout", message: "Too slow.", hint: "Later.", details: {} } as const },
    "Too slow.Later.",
  ],
])("a calendar's state %j reads %j", async (changes, words) => {
  await open(account({ calendars: [calendar("Work", changes)] }));
  expect(document.body.textContent).toContain(words);
});

test("the last sync is said relative and absolute", async () => {
  await open(account());
  const time = document.querySelector("time");
  expect(time?.textContent).toContain("5 minutes ago");
  expect(time?.textContent).toContain("2026");
  expect(time?.dateTime).toBe(new Date(NOW - 5 * 60_000).toISOString());
});

test("names from a server are text, never markup", async () => {
  const hostile = '<img src="x" onerror="alert(1)">';
  await open(
    account({ calendars: [calendar(hostile, { color: "red;background:url(http://x)" })] }),
  );
  expect(document.querySelector("img")).toBe(null);
  expect(document.querySelector(".name")?.textContent).toBe(hostile);
  expect(document.querySelector<HTMLElement>(".swatch")?.style.length).toBe(0);
});

test("a calendar is synchronized, and shown as such until it is done", async () => {
  await open(account());
  let finish: () => void = () => {};
  background.answers["sync.run"] = async ({ calendarId }) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    const counts = { added: 2, updated: 1, removed: 0, pushed: 3, quarantined: 0 };
    return {
      calendars: [{ id: calendarId ?? "", ...counts, requests: 3, bytes: 9, durationMs: 5 }],
    };
  };
  button("Synchronize Work").click();
  expect(document.body.textContent).toContain("Synchronizing…");
  expect(button("Synchronize Work").disabled).toBe(true);
  finish();
  await vi.waitFor(() => expect(document.body.textContent).toContain("Up to date"));
  expect(background.asks("sync.run")).toEqual([{ calendarId: "Work" }]);
  expect(background.announced.at(-1)).toContain("New: 2, changed: 1, removed: 0, sent: 3");
});

test("the list follows what the background says has changed", async () => {
  await open(account());
  background.answers["accounts.list"] = () => [account({ calendars: [calendar("Renamed")] })];
  background.emit({ event: "changed", what: "accounts" });
  await vi.waitFor(() => expect(document.body.textContent).toContain("Renamed"));
});

test("the focus stays on a button when the list is shown anew", async () => {
  await open(account());
  button("Synchronize Work").focus();
  background.answers["accounts.list"] = () => [
    account({ calendars: [calendar("Work", { pendingChanges: 1 })] }),
  ];
  background.emit({ event: "changed", what: "accounts" });
  await vi.waitFor(() => expect(document.body.textContent).toContain("One change waits"));
  expect(document.activeElement).toBe(button("Synchronize Work"));
});

test("a refused password is asked for again, and what waited is told to go on", async () => {
  const error = { code: "unauthorized" as const, message: "Refused.", hint: "", details: {} };
  await open(account({ error }));
  background.answers["accounts.signIn"] = ({ accountId }) => ({ accountId });
  button("Enter the password again").click();
  expect(document.activeElement).toBe(field("Password"));
  field("Password").value = "new one";
  background.answers["accounts.list"] = () => [account()];
  button("Sign in").click();
  await vi.waitFor(() => expect(alerts()).toEqual([]));
  expect(background.asks("accounts.signIn")).toEqual([{ accountId: "a1", password: "new one" }]);
  expect(background.announced.at(-1)).toContain("Signed in as ada");
  expect(document.body.innerHTML).not.toContain("new one");
});

test("a password that is refused again is said where it was typed, and can be typed anew", async () => {
  await open(account());
  background.answers["accounts.signIn"] = () => {
    throw new AppError("unauthorized", "The server refused it.", { hint: "Check it." });
  };
  button("Sign in again…").click();
  button("Sign in").click();
  await vi.waitFor(() => expect(alerts()[0]).toContain("The server refused it."));
  expect(background.asks("accounts.signIn")).toEqual([{ accountId: "a1" }]);
  expect(button("Sign in").disabled).toBe(false);
});

test("removing asks first, and a second time while changes wait", async () => {
  await open(account());
  background.answers["accounts.remove"] = ({ discardPending }) => {
    if (discardPending) return { superseded: 2, snapshotId: null };
    throw new AppError("pending-changes", "2 changes are not on the server yet.", {
      hint: "Synchronize first.",
    });
  };
  background.answers["calendars.countItems"] = () => ({ items: 3 });
  button("Remove…").click();
  await vi.waitFor(() => button("Remove the account"));
  expect(alerts()[0]).toContain("There are 3 items in its calendars.");
  expect(background.asks("accounts.remove")).toEqual([]);
  button("Remove the account").click();
  await vi.waitFor(() => button("Remove anyway"));
  expect(alerts()[0]).toContain("2 changes are not on the server yet. Synchronize first.");
  background.answers["accounts.list"] = () => [];
  button("Remove anyway").click();
  await vi.waitFor(() => expect(document.body.textContent).toContain("No account yet"));
  expect(background.asks("accounts.remove")).toEqual([
    { accountId: "a1", discardPending: false },
    { accountId: "a1", discardPending: true },
  ]);
});

test("a copied profile: sending waits until the user says so", async () => {
  let paused = true;
  background.answers["sending.status"] = () => ({ paused });
  background.answers["sending.resume"] = () => {
    paused = false;
    return { calendars: [] };
  };
  await open(account());
  expect(alerts()[0]).toContain("This profile was copied or moved");
  button("This is the one I use: send changes").click();
  await vi.waitFor(() => expect(alerts()).toEqual([]));
  expect(background.asks("sending.resume")).toEqual([{}]);
});

test("a list that cannot be read says why and can be tried again", async () => {
  background.answers["accounts.list"] = () => {
    throw new AppError("item-store", "The calendar store cannot be opened.", { hint: "Restart." });
  };
  await new AccountsSection(document.body, background.page).refresh();
  expect(alerts()[0]).toContain("The calendar store cannot be opened.");
  background.answers["accounts.list"] = () => [account()];
  button("Try again").click();
  await vi.waitFor(() => expect(document.body.textContent).toContain("Up to date"));
});
