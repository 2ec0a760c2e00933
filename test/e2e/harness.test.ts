import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const id = "harness-fixture@caldav-keeper.github.io";
const background = (answer: string) => `
  browser.runtime.onMessage.addListener((message) => Promise.resolve({ ok: true, value: ["${answer}", message] }));
  globalThis.startedAt = performance.now();
`;

describe("the harness drives a real Thunderbird", () => {
  let folder: string;
  let thunderbird: Thunderbird;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-harness-"));
    const xpi = await writeFixtureAddon(path.join(folder, "one.xpi"), {
      id,
      background: background("one"),
    });
    thunderbird = await launchThunderbird({ xpi, addonId: id });
  });
  afterAll(async () => {
    await thunderbird.quit();
    await rm(folder, { recursive: true, force: true });
  });

  test("privileged scripts answer with values and with their errors", async () => {
    expect(await thunderbird.chrome<number>("return arguments[0] + arguments[1];", 2, 3)).toBe(5);
    expect(await thunderbird.chrome<boolean>("return Services.io.offline;")).toBe(false);
    await expect(thunderbird.chrome("throw new Error('on purpose');")).rejects.toThrow(
      "on purpose",
    );
  });

  test("a command sent by a page reaches the background page", async () => {
    expect(await thunderbird.command("greet", { who: "you" })).toEqual({
      ok: true,
      value: ["one", { command: "greet", who: "you" }],
    });
  });

  test("a suspended background page is woken and evaluates", async () => {
    const before = await thunderbird.background<number>("return performance.timeOrigin;");
    await thunderbird.suspendBackground();
    const after = await thunderbird.background<number>(
      "await new Promise((r) => setTimeout(r, 0)); return performance.timeOrigin;",
    );
    expect(after).toBeGreaterThan(before);
  });

  test("a rejection in a page arrives with its message", async () => {
    await expect(
      thunderbird.background("return browser.runtime.sendMessage('nobody@example.org', {});"),
    ).rejects.toThrow(/receiving end|Could not establish/i);
  });

  test("errors that mention the add-on are found, others are not counted", async () => {
    await thunderbird.chrome(
      `Services.console.logStringMessage("nothing to see");
       const error = Cc["@mozilla.org/scripterror;1"].createInstance(Ci.nsIScriptError);
       error.init("broken on purpose", "moz-extension://x/background.js", 7, 1, Ci.nsIScriptError.errorFlag, "test");
       Services.console.logMessage(error);`,
    );
    await thunderbird.background("console.error('a page complains'); console.log('a page chats');");
    const complaint = async () =>
      (await thunderbird.consoleErrors()).some(({ text }) => text.includes("a page complains"));
    await thunderbird.waitFor(complaint, "the page's message");
    const errors = await thunderbird.consoleErrors();
    expect(errors.some(({ text }) => text.includes("a page chats"))).toBe(false);
    expect(errors.map(({ text }) => text)).toContain("broken on purpose");
    expect(errors.map(({ text }) => text)).not.toContain("nothing to see");
  });

  test("a screenshot is a PNG of the window", async () => {
    const file = path.join(folder, "window.png");
    await thunderbird.screenshot(file);
    const png = await readFile(file);
    expect(png.toString("latin1", 1, 4)).toBe("PNG");
    expect(png.readUInt32BE(16)).toBeGreaterThan(600);
  });

  test("the add-on survives disabling, an upgrade, a restart and a power cut", async () => {
    await thunderbird.disable();
    await expect(thunderbird.background("return 1;")).rejects.toThrow("not running");
    await thunderbird.enable();
    const second = await writeFixtureAddon(path.join(folder, "two.xpi"), {
      id,
      version: "2.0",
      background: background("two"),
    });
    await thunderbird.upgrade(second);
    const answer = async () => (await thunderbird.command<{ value: unknown[] }>("x")).value[0];
    expect(await answer()).toBe("two");
    await thunderbird.restart();
    expect(await answer()).toBe("two");
    await thunderbird.kill();
    await thunderbird.restart();
    expect(await answer()).toBe("two");
    await thunderbird.setOffline(true);
    expect(await thunderbird.background<boolean>("return navigator.onLine;")).toBe(false);
    await thunderbird.setOffline(false);
    await thunderbird.uninstall();
    await expect(thunderbird.background("return 1;")).rejects.toThrow("not running");
  });
});
