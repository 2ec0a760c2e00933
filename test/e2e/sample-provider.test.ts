/** The sample provider of examples/, built from the shared experiment alone, in the real Thunderbird with its service. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeSharedExperiment } from "../../scripts/experiment-calendar.js";
import { writeSampleProvider } from "../../scripts/sample-provider.js";
import { JsonCalendarService } from "../support/json-calendar-service.ts";
import { XPI } from "../support/keeper-world.ts";
import {
  ADDON_ID,
  findThunderbirds,
  launchThunderbird,
  type Thunderbird,
} from "../support/thunderbird.ts";
import { ThunderbirdUser } from "../support/thunderbird-user.ts";
import { resource, vevent } from "./calendar-fixture.ts";

const SAMPLE = "sample-provider@calendar-api.example";

const event = (uid: string, title: string) =>
  resource(vevent(uid, `SUMMARY:${title}`, "DTSTART:20260302T100000Z", "DURATION:PT1H"));

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  const service = new JsonCalendarService();
  let folder: string;
  let thunderbird: Thunderbird;
  let user: ThunderbirdUser;
  let calendarId: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-sample-"));
    await service.start();
    const experiment = path.join(folder, "experiment-calendar");
    const xpi = path.join(folder, "sample-provider.xpi");
    await writeSharedExperiment(experiment);
    await writeSampleProvider(experiment, xpi);
    thunderbird = await launchThunderbird({ binary, xpi, addonId: SAMPLE });
    user = new ThunderbirdUser(thunderbird);
  });

  afterAll(async () => {
    await thunderbird.quit();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const titles = async () =>
    (await user.items(calendarId)).map(({ title }) => title).sort((a, b) => (a < b ? -1 : 1));
  const shown = (...expected: string[]) =>
    thunderbird.waitFor(
      async () => JSON.stringify(await titles()) === JSON.stringify(expected),
      `the calendar to show ${expected.join(", ")}`,
    );
  const inService = (id: string, words: string) =>
    thunderbird.waitFor(
      () => service.events.get(id)?.ical.includes(words) ?? false,
      `"${words}" to reach the service`,
    );

  test("a calendar added on its page shows what the service has", async () => {
    service.store("first", event("first", "First"));
    const page = await thunderbird.page("options.html");
    await page.evaluate(
      `const { elements } = document.forms.new;
       elements.name.value = "Sample";
       elements.url.value = arguments[0];
       document.forms.new.requestSubmit();`,
      service.url,
    );
    await thunderbird.waitFor(
      () => page.evaluate(`return document.forms.new.elements.result.value;`),
      "the page to answer",
    );
    expect(await page.evaluate(`return document.forms.new.elements.result.value;`)).toBe(
      "Sample is in the calendar list.",
    );
    await page.close();
    const calendar = (await user.calendars()).find(({ name }) => name === "Sample");
    expect(calendar?.type).toBe(`ext-${SAMPLE}`);
    calendarId = calendar?.id ?? "";
    await shown("First");
  });

  test("what the user makes, changes and deletes reaches the service", async () => {
    const id = await user.add(
      calendarId,
      vevent("mine", "SUMMARY:Mine", "DTSTART:20260303T100000Z", "DURATION:PT1H"),
    );
    await inService(id, "SUMMARY:Mine");
    await user.change(calendarId, id, { SUMMARY: "Mine, changed" });
    await inService(id, "changed");
    await user.remove(calendarId, id);
    await thunderbird.waitFor(() => !service.events.has(id), "the event to leave the service");
    expect(await titles()).toEqual(["First"]);
  });

  test("a poll brings in what others made, changed and deleted", async () => {
    service.store("second", event("second", "Second"));
    await user.synchronize(calendarId);
    await shown("First", "Second");
    service.store("second", event("second", "Second, changed"));
    service.remove("first");
    await user.synchronize(calendarId);
    await shown("Second, changed");
  });

  test("an edit of what was changed there meanwhile is merged, and nothing is lost", async () => {
    service.store(
      "second",
      event("second", "Second").replace("END:VEVENT", "LOCATION:There\r\n$&"),
    );
    await user.change(calendarId, "second", { SUMMARY: "Mine" });
    await inService("second", "SUMMARY:Mine");
    expect(service.events.get("second")?.ical).toContain("LOCATION:There");
  });

  test("an edit made while the service fails waits, and is sent when it is back", async () => {
    service.failure = 503;
    await user.change(calendarId, "second", { SUMMARY: "Late" });
    await thunderbird.waitFor(
      async () => (await user.property(calendarId, "currentStatus")) !== 0,
      "the calendar to be marked as failing",
    );
    service.failure = null;
    await user.synchronize(calendarId);
    await inService("second", "SUMMARY:Late");
  });

  test("suspended, its page is woken by an edit", async () => {
    await thunderbird.suspendBackground();
    await user.change(calendarId, "second", { SUMMARY: "Awake" });
    await inService("second", "SUMMARY:Awake");
  });

  test("beside the product each has its own calendars, store and folder", async () => {
    await thunderbird.install(XPI);
    const product = await thunderbird.chrome<string>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       const calendar = cal.manager.createCalendar("ext-" + arguments[0], Services.io.newURI("https://calendar.example/"));
       calendar.name = "Product";
       cal.manager.registerCalendar(calendar);
       return calendar.id;`,
      ADDON_ID,
    );
    const id = await user.add(
      product,
      vevent("theirs", "SUMMARY:Theirs", "DTSTART:20260304T100000Z", "DURATION:PT1H"),
    );
    expect(await user.item(product, id)).toMatchObject({ title: "Theirs" });
    expect(await titles()).toEqual(["Awake"]);
    expect([...service.events.keys()]).toEqual(["second"]);
    const files = await readdir(thunderbird.profile);
    expect(files).toEqual(expect.arrayContaining(["caldav-keeper", `calendar-store-${SAMPLE}`]));
    for (const name of ["caldav-keeper", `calendar-store-${SAMPLE}`])
      expect(await readdir(path.join(thunderbird.profile, name))).toContain("items.sqlite");
    await thunderbird.restart();
    await shown("Awake");
    await thunderbird.waitFor(
      async () => (await user.item(product, id))?.title === "Theirs",
      "the product's calendar to come back",
    );
  });
});
