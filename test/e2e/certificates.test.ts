/**
 * Servers with encryption in the real Thunderbird: a certificate nobody vouches for is trusted by the person in
 * Thunderbird's own dialog or not at all; two accounts on one host share nothing; no certificate of one's own is sent.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandArguments, CommandName, CommandReply } from "../../src/shared/commands.ts";
import {
  type CaldavTestServer,
  startCaldavTestServer,
} from "../support/caldav-test-server/server.ts";
import { personalCertificate, selfSignedCertificate } from "../support/certificate.ts";
import { eventText } from "../support/event-text.ts";
import { type HttpsFront, startHttpsFront } from "../support/https-front.ts";
import { XPI } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { beginCommand } from "../support/sign-in-window.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";
import { ThunderbirdUser } from "../support/thunderbird-user.ts";

const FIND_DIALOG = `
  const dialog = [...Services.wm.getEnumerator(null)].find(
    (one) => one.location.href === "chrome://pippki/content/exceptionDialog.xhtml");
  const button = (name) => dialog?.document.getElementById("exceptiondialog")?.getButton(name);
`;

describe("servers with encryption", () => {
  let folder: string;
  let adas: CaldavTestServer;
  let front: HttpsFront;
  let thunderbird: Thunderbird;

  const reply = <C extends CommandName>(command: C, args: CommandArguments<C>) =>
    thunderbird.command<CommandReply<C>>(command, args);
  const host = () => `localhost:${front.port}`;
  const at = (username: string, password: string) => ({
    location: `https://${host()}/`,
    username,
    password,
  });
  const dialogIsReady = () =>
    thunderbird.chrome<boolean>(`${FIND_DIALOG} return button("extra1")?.disabled === false;`);
  const closeBy = (name: string) =>
    thunderbird.chrome(`${FIND_DIALOG} button(arguments[0]).click();`, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-certificates-"));
    adas = await startCaldavTestServer({ username: "ada", password: "ada's" });
    await adas.createCalendar("work", { displayName: "work" });
    const pair = await selfSignedCertificate(folder);
    front = await startHttpsFront({ ...pair, behind: adas.url, asksForCertificate: true });
    thunderbird = await launchThunderbird({ xpi: XPI });
  });

  afterAll(async () => {
    await thunderbird.quit();
    await front.stop();
    await adas.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("a self-signed certificate stops everything, and is named", async () => {
    const refused = await reply("accounts.discover", at("ada", adas.password));
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "tls", details: { host: host() } },
    });
    expect(adas.count()).toBe(0);
  });

  test("a person who closes Thunderbird's dialog trusts nothing", async () => {
    const looking = await beginCommand(thunderbird, "accounts.trustCertificate", { host: host() });
    await thunderbird.waitFor(dialogIsReady, "the dialog to show the certificate");
    await closeBy("cancel");
    expect(await looking()).toEqual({ ok: true, value: { trusted: false } });
    expect(await reply("accounts.discover", at("ada", adas.password))).toMatchObject({ ok: false });
  });

  test("one who confirms it there gets to the calendars, also after a restart", async () => {
    const looking = await beginCommand(thunderbird, "accounts.trustCertificate", { host: host() });
    await thunderbird.waitFor(dialogIsReady, "the dialog to show the certificate");
    await closeBy("extra1");
    expect(await looking()).toEqual({ ok: true, value: { trusted: true } });
    const found = await reply("accounts.discover", at("ada", adas.password));
    expect(found).toMatchObject({ ok: true, value: { calendars: [{ displayName: "work" }] } });
    await thunderbird.restart();
    expect(await reply("accounts.discover", at("ada", adas.password))).toMatchObject({ ok: true });
  });

  test("a second account on the host signs in with its own password only, and cookies are never sent", async () => {
    expect(await reply("accounts.discover", at("bob", "bob's"))).toMatchObject({
      ok: false,
      error: { code: "unauthorized" },
    });
    expect(await reply("accounts.discover", at("ada", adas.password))).toMatchObject({ ok: true });
    expect(await reply("accounts.discover", at("ada", "wrong"))).toMatchObject({
      ok: false,
      error: { code: "unauthorized" },
    });
    expect(front.cookies).toEqual([]);
  });

  test("a new certificate stops the account, which says so; confirmed from its page, it goes on", async () => {
    const calendars = [`https://${host()}/dav/calendars/ada/work/`];
    expect(await reply("accounts.add", { ...at("ada", adas.password), calendars })).toMatchObject({
      ok: true,
    });
    await reply("sync.run", {});
    front.renew(await selfSignedCertificate(folder));
    await adas.put(`${adas.homeUrl}work/new.ics`, eventText("new", { SUMMARY: "New" }));
    await reply("sync.run", {});
    const user = await OptionsUser.open(thunderbird);
    await user.press("Look at the certificate…");
    await thunderbird.waitFor(dialogIsReady, "the dialog to show the certificate");
    await closeBy("cancel");
    await user.see("Look at the certificate…");
    await user.press("Look at the certificate…");
    await thunderbird.waitFor(dialogIsReady, "the dialog to show the certificate");
    await closeBy("extra1");
    await user.see("Up to date", 60_000);
    expect(await user.alerts()).toEqual([]);
    const [calendar] = await new ThunderbirdUser(thunderbird)
      .calendars()
      .then((all) => all.filter(({ name }) => name === "work"));
    expect(await new ThunderbirdUser(thunderbird).item(calendar?.id ?? "", "new")).not.toBe(null);
    await user.close();
  });

  test("a certificate of the user's own is not sent, though Thunderbird itself would", async () => {
    await thunderbird.chrome(
      `const [path] = arguments;
       const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
       file.initWithPath(path);
       Services.prefs.setStringPref("security.default_personal_cert", "Select Automatically");
       const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
       if (database.importPKCS12File(file, "") !== 0) throw new Error("the certificate was not imported");`,
      await personalCertificate(folder),
    );
    front.certificates.length = 0;
    await thunderbird.chrome(
      `await Cu.getGlobalForObject(Services).fetch(arguments[0], { credentials: "include" });`,
      `https://${host()}/`,
    );
    expect(front.certificates).toContain(true);
    front.certificates.length = 0;
    expect(await reply("accounts.discover", at("ada", adas.password))).toMatchObject({ ok: true });
    expect(front.certificates).not.toContain(true);
  });
});
