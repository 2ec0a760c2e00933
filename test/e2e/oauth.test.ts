/**
 * Accounts without a password in the real Thunderbird: its own window at a real provider's pages, tokens that end and
 * are renewed without a word, a sign-in that is taken away and given again. Nothing edited meanwhile is lost.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../../src/shared/commands.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { XPI } from "../support/keeper-world.ts";
import { type OidcServer, PUBLIC_CLIENT, startOidcServer } from "../support/oidc-server.ts";
import { OptionsUser } from "../support/options-user.ts";
import { beginCommand, SignInWindowUser } from "../support/sign-in-window.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";
import { ThunderbirdUser } from "../support/thunderbird-user.ts";

const event = (uid: string): string =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260302T100000Z",
    "DURATION:PT1H",
    `SUMMARY:${uid}`,
    "END:VEVENT",
    "",
  ].join("\r\n");

const onServer = (uid: string): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${event(uid)}END:VCALENDAR\r\n`;

describe("signing in at a provider", () => {
  let oidc: OidcServer;
  let caldav: CaldavTestServer;
  let bobs: CaldavTestServer;
  let thunderbird: Thunderbird;
  let user: ThunderbirdUser;
  let window: SignInWindowUser;
  let calendarId: string;

  const reply = <C extends CommandName>(command: C, args: CommandArguments<C>) =>
    thunderbird.command<CommandReply<C>>(command, args);
  const run = async <C extends CommandName>(
    command: C,
    args: CommandArguments<C>,
  ): Promise<CommandValue<C>> => {
    const answer = await reply(command, args);
    if (answer.ok) return answer.value;
    throw new Error(`${command}: ${answer.error.code}: ${answer.error.message}`);
  };
  /** A command that opens a window; its reply is there once the window is dealt with. */
  const begin = <C extends CommandName>(command: C, args: CommandArguments<C>) =>
    beginCommand(thunderbird, command, args);
  /** Through the window to the calendars. */
  const discoverAs = async (name: string, args: CommandArguments<"accounts.discover">) => {
    const ended = await begin("accounts.discover", args);
    const askedWho = await window.signIn(name);
    const reply = await ended();
    if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
    return { askedWho, calendars: reply.value.calendars.map(({ url }) => url) };
  };
  const at = (server: CaldavTestServer) => ({
    location: server.url,
    username: server.username,
    oauth: { name: "home", clientId: PUBLIC_CLIENT, issuer: oidc.issuer },
  });

  beforeAll(async () => {
    oidc = await startOidcServer();
    const personOf = (token: string) => oidc.personOf(token);
    caldav = await startCaldavTestServer({ personOf, username: "ada" });
    bobs = await startCaldavTestServer({ personOf, username: "bob" });
    const work = await caldav.createCalendar("work", { displayName: "work" });
    await caldav.put(new URL("old.ics", work).href, onServer("old"));
    await bobs.createCalendar("bobs", { displayName: "bobs" });
    thunderbird = await launchThunderbird({ xpi: XPI });
    user = new ThunderbirdUser(thunderbird);
    window = new SignInWindowUser(thunderbird);
  });

  afterAll(async () => {
    await thunderbird.quit();
    await caldav.stop();
    await bobs.stop();
    await oidc.stop();
  });

  test("a closed window and a cancelled search leave nothing behind", async () => {
    const closed = await begin("accounts.discover", at(caldav));
    await window.close();
    expect(await closed()).toMatchObject({ ok: false, error: { code: "aborted" } });

    const cancelled = await begin("accounts.discover", at(caldav));
    await window.untilOpen();
    expect(await window.title()).toContain("ada");
    const [operation] = await run("operations.list", {});
    await run("operations.cancel", { id: operation?.id ?? "" });
    expect(await cancelled()).toMatchObject({ ok: false, error: { code: "aborted" } });
    await thunderbird.waitFor(
      async () => (await window.openWindows()) === 0,
      "the sign-in window to close",
    );
    expect(await run("accounts.list", {})).toEqual([]);
  });

  test("one sign-in in the window leads to a synchronized calendar", async () => {
    const { askedWho, calendars } = await discoverAs("ada", at(caldav));
    expect(askedWho).toBe(true);
    const added = await run("accounts.add", { ...at(caldav), calendars });
    calendarId = added.calendars[0]?.id ?? "";
    await run("sync.run", {});
    expect((await user.item(calendarId, "old"))?.title).toBe("old");
    expect(oidc.grants("authorization_code")).toBe(1);
    // What some providers refuse: a request in the name of a web page.
    const asked = oidc.requests.filter(({ path }) => path === "/token");
    expect(asked.map(({ headers }) => headers.origin ?? "none")).toEqual(["none"]);
  });

  test("an ended token is renewed without a window, also after the background was stopped", async () => {
    await oidc.expireAccessTokens();
    await thunderbird.suspendBackground();
    const { calendars } = await run("sync.run", {});
    expect(calendars.map(({ error }) => error)).toEqual([undefined]);
    expect(oidc.grants("refresh_token")).toBe(1);
    expect(await window.openWindows()).toBe(0);
  });

  test("after it was revoked the account says so, and edits stay until it is signed in again", async () => {
    await oidc.revokeEverything();
    await user.add(calendarId, event("mine"));
    const { calendars } = await run("sync.run", {});
    expect(calendars[0]?.error).toMatchObject({ code: "sign-in-needed" });
    expect(await window.openWindows()).toBe(0);
    expect(await run("accounts.list", {})).toMatchObject([
      {
        signIn: { kind: "oauth", name: "home" },
        error: { code: "sign-in-needed" },
        calendars: [{ pendingChanges: 1 }],
      },
    ]);
    expect((await user.item(calendarId, "mine"))?.title).toBe("mine");
    expect(await caldav.list(`${caldav.homeUrl}work/`)).toHaveLength(1);

    const page = await OptionsUser.open(thunderbird);
    await page.press("Sign in again");
    await window.untilOpen();
    await page.see(/Signing in[\s\S]*Cancel/);
    await page.press("Cancel");
    await page.see("Signing in: cancelled.");
    await thunderbird.waitFor(
      async () => (await window.openWindows()) === 0,
      "the sign-in window to close",
    );
    expect((await run("accounts.list", {}))[0]?.error).toMatchObject({ code: "sign-in-needed" });
    await page.press("Sign in");
    await window.signIn("ada");
    await page.see("Up to date", 60_000);
    await thunderbird.waitFor(
      async () => (await page.alerts()).length === 0,
      "the page to say nothing of signing in any more",
    );
    await page.close();
    await thunderbird.waitFor(
      async () => (await caldav.list(`${caldav.homeUrl}work/`)).length === 2,
      "the edit to reach the server",
    );
    await thunderbird.waitFor(
      async () => (await run("accounts.list", {}))[0]?.error === null,
      "the account to be well again",
    );
  });

  test("a second person at the same provider is asked who they are, and both stay apart", async () => {
    const { askedWho, calendars } = await discoverAs("bob", at(bobs));
    expect(askedWho).toBe(true);
    await run("accounts.add", { ...at(bobs), calendars });
    const reports = (await run("sync.run", {})).calendars;
    expect(reports.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(await window.openWindows()).toBe(0);
  });

  test("a calendar that Thunderbird's own CalDAV could not sign in to is not handed back, which is said", async () => {
    const page = await OptionsUser.open(thunderbird, "options/options.html?leaving#help");
    await page.press("See what would happen…");
    await page.press("Hand the calendars back");
    await page.see(
      "work: Thunderbird's own CalDAV does not know how to sign in to 127.0.0.1",
      60_000,
    );
    await page.close();
    expect(await window.openWindows()).toBe(0);
    expect(await builtIn()).toEqual([]);
    expect((await run("accounts.list", {})).flatMap((account) => account.calendars)).toHaveLength(
      2,
    );
  });

  test("a sign-in that Thunderbird knows is Thunderbird's own, in its password manager too", async () => {
    const accounts = await run("accounts.list", {});
    for (const { id } of accounts)
      await run("accounts.remove", { accountId: id, discardPending: true });
    expect(await savedLogins()).toEqual([]);
    await thunderbird.chrome(
      `const { OAuth2Providers } = ChromeUtils.importESModule("resource:///modules/OAuth2Providers.sys.mjs");
       const [issuer, clientId] = arguments;
       const details = { name: "keeper.test", clientId, authorizationEndpoint: issuer + "/auth",
         tokenEndpoint: issuer + "/token", redirectionEndpoint: "http://localhost", usePKCE: true };
       const scopes = "openid offline_access";
       if (OAuth2Providers.registerProvider.length > 3) {
         OAuth2Providers.registerProvider(details.name, clientId, null, details.authorizationEndpoint,
           details.tokenEndpoint, details.redirectionEndpoint, true, ["127.0.0.1"], scopes);
       } else {
         OAuth2Providers.registerProvider(details, ["127.0.0.1"], scopes);
       }`,
      oidc.issuer,
      PUBLIC_CLIENT,
    );
    const theirs = { location: caldav.url, username: "ada", oauth: { name: "thunderbird" } };
    const { calendars } = await discoverAs("ada", theirs);
    await run("accounts.add", { ...theirs, calendars });
    expect(await savedLogins()).toEqual(["oauth://keeper.test openid offline_access ada"]);
    await oidc.expireAccessTokens();
    const reports = (await run("sync.run", {})).calendars;
    expect(reports.map(({ error }) => error)).toEqual([undefined]);
    expect(await window.openWindows()).toBe(0);
  });

  test("then it is handed back too, without a window", async () => {
    const { calendars } = await run("leave.handBack", {});
    const [made] = await builtIn();
    expect(calendars).toMatchObject([{ newCalendarId: made, missing: 0, error: null }]);
    expect((await user.item(made ?? "", "old"))?.title).toBe("old");
    expect(await window.openWindows()).toBe(0);
  });

  test("nothing of it stands in Thunderbird's error console", async () => {
    expect(await thunderbird.consoleErrors()).toEqual([]);
  });

  function builtIn(): Promise<string[]> {
    return thunderbird.chrome(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return cal.manager.getCalendars().filter(({ type }) => type === "caldav").map(({ id }) => id);`,
    );
  }

  function savedLogins(): Promise<string[]> {
    return thunderbird.chrome(
      `const logins = await Services.logins.getAllLogins();
       return logins.map(({ origin, httpRealm, username }) => [origin, httpRealm, username].join(" "));`,
    );
  }
});
