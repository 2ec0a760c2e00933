/** Thunderbird in German: pages, errors and the toolbar button speak it too. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { XPI } from "../support/keeper-world.ts";
import { OptionsUser } from "../support/options-user.ts";
import { type Radicale, startRadicale } from "../support/radicale.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

let server: Radicale;
let thunderbird: Thunderbird;
let user: OptionsUser;

beforeAll(async () => {
  server = await startRadicale();
  await server.createCalendar("work", { displayName: "Work" });
  thunderbird = await launchThunderbird({ xpi: XPI });
  // As with a language pack, which cannot be had everywhere: Thunderbird's own texts stay English.
  await thunderbird.chrome(
    `Services.locale.availableLocales = ["de", "en-US"];
     Services.locale.requestedLocales = ["de"];`,
  );
  await thunderbird.disable();
  await thunderbird.enable();
  user = await OptionsUser.open(thunderbird);
});
afterAll(async () => {
  await thunderbird.quit();
  await server.stop();
});

test("the page is German", async () => {
  await user.see("Noch kein Konto");
  await user.press("Konto hinzufügen");
});

test("so is what went wrong, with what to do about it", async () => {
  await user.fill("Server", server.url);
  await user.fill("Benutzername", server.username);
  await user.fill("Passwort", "falsch");
  await user.press("Kalender suchen");
  await user.see("hat Benutzername und Passwort nicht angenommen.");
  await user.see("Es wurde nichts geändert. Prüfen Sie beides.");
});

test("and so are the results", async () => {
  await user.fill("Passwort", server.password);
  await user.press("Kalender suchen");
  await user.hear("Ein Kalender gefunden");
  await user.press("Abonnieren");
  await user.see("Auf dem neuesten Stand");
});

test("the toolbar button says when the last backup was", async () => {
  const title = () =>
    thunderbird.background<string>(() => browser.action.getTitle({}) as Promise<string>);
  // Nothing tells an add-on that it was switched on again.
  await thunderbird.waitFor(
    async () => (await title()).includes("Noch keine Sicherung"),
    "the tooltip of a store without snapshots",
  );
  await thunderbird.command("backup.run");
  const told = await thunderbird.waitFor(async () => {
    const now = await title();
    return now.includes("Letzte Sicherung") ? now : null;
  }, "the button's new tooltip");
  expect(told).toMatch(/^Kalender sichern\nLetzte Sicherung: \d{1,2}\.\d{1,2}\.\d{4}/);
});

test("Thunderbird's console has no errors of ours", async () => {
  expect(await thunderbird.consoleErrors()).toEqual([]);
});
