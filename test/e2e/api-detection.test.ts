/** A provider in Thunderbird's dialog for new calendars: what it finds, and its own page. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NewCalendarDialog } from "../support/new-calendar-dialog.ts";
import { findThunderbirds } from "../support/thunderbird.ts";
import { CalendarWorld, TYPE } from "./calendar-fixture.ts";
import { LISTENERS } from "./hooks-fixture.ts";

const BACKGROUND = `${LISTENERS}
provider.onDetectCalendars.addListener(async (username, password, location, savePassword, extraProperties) => {
  await note({ event: "detect", asked: [username, password, location, savePassword, extraProperties] });
  if (location === "nowhere.example") return [];
  if (location === "broken.example") throw new Error("broken");
  if (location === "slow.example") await new Promise(() => {});
  return [
    { name: "Found", url: "https://" + location + "/found", color: "teal", capabilities: { tasks: false } },
    { name: "Known", url: "https://calendar.example/work/" },
    { name: "Wrong", url: "no url" },
    { url: "https://nameless.example/" },
  ];
});
`;

const PAGE = `<!doctype html><meta charset="utf-8"><title>Make one</title><h1>Make one</h1><script src="panel.js"></script>`;
const PAGE_SCRIPT = `
const { calendar } = messenger;
const set = (action) => calendar.provider.setAdvanceAction(action);
calendar.provider.onAdvanceNewCalendar.addListener(async (id) => {
  if (id === "sign-in") {
    await set({ forward: "make", back: "sign-out", label: "Make it", canForward: true });
    return false;
  }
  if (id === "sign-out") {
    await set({ forward: "sign-in", back: null, label: "Sign in" });
    return false;
  }
  await calendar.calendars.create({ type: "${TYPE}", name: "From the page", url: "https://page.example/" });
  return true;
});
set({ forward: "sign-in", back: null, label: "Sign in", canForward: false });
messenger.storage.local.onChanged.addListener(() => set({ forward: "sign-in", back: null, label: "Sign in", canForward: true }));
`;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let world: CalendarWorld;
  let dialog: NewCalendarDialog;

  beforeAll(async () => {
    world = await CalendarWorld.start(binary, {
      provider: {
        background: BACKGROUND,
        manifestKey: { name: "Fixture service", creation_panel: "panel.html" },
      },
      itemPermissions: [],
      files: { "panel.html": PAGE, "panel.js": PAGE_SCRIPT },
    });
    dialog = new NewCalendarDialog(world.thunderbird);
  });
  afterAll(() => world.end());
  beforeEach(() => dialog.close());

  const names = async () =>
    (await world.api<{ name: string }[]>("calendars.query", { type: TYPE }))
      .map(({ name }) => name)
      .sort();
  const asked = async () =>
    ((await world.notes()) as unknown as { event: string; asked: unknown[] }[])
      .filter(({ event }) => event === "detect")
      .map((note) => note.asked);

  test("what the provider finds is listed, what is subscribed to is not offered again, and the user adds it", async () => {
    await dialog.open();
    await dialog.search("me@service.example", "service.example");
    const listed = await dialog.listed("Fixture service");
    expect(listed).toEqual([
      { name: "Found", color: "rgb(0, 128, 128)", offered: true },
      { name: "Known", color: expect.any(String), offered: false },
    ]);
    expect(await asked()).toEqual([["me@service.example", null, "service.example", false, {}]]);
    await dialog.accept();
    await world.thunderbird.waitFor(async () => (await names()).includes("Found"), "the calendar");
    const [found] = await world.api<object[]>("calendars.query", { name: "Found" });
    expect(found).toMatchObject({
      type: TYPE,
      url: "https://service.example/found",
      color: "#008080",
      enabled: true,
      visible: true,
      capabilities: { tasks: false },
    });
  });

  test.each(["nowhere.example", "broken.example"])(
    "a search at %s ends with nothing found",
    async (location) => {
      await dialog.open();
      await dialog.search("me@service.example", location);
      expect(await dialog.status()).toBe("notfound");
    },
  );

  test("the add-on's page is one of the kinds, and says what the buttons do", async () => {
    await dialog.open();
    expect(await dialog.kinds()).toContain("Fixture service");
    await dialog.choose("Fixture service");
    await world.thunderbird.waitFor(
      async () => (await dialog.button()).label === "Sign in",
      "the page's label",
    );
    expect(await dialog.button()).toEqual({ label: "Sign in", enabled: false });
    await world.thunderbird.background(`await messenger.storage.local.set({ name: "me" });`);
    await world.thunderbird.waitFor(async () => (await dialog.button()).enabled, "the button");
    await dialog.accept();
    await world.thunderbird.waitFor(
      async () => (await dialog.button()).label === "Make it",
      "the next step",
    );
    await dialog.back();
    await world.thunderbird.waitFor(
      async () => (await dialog.button()).label === "Sign in",
      "the step before",
    );
    await dialog.accept();
    await world.thunderbird.waitFor(
      async () => (await dialog.button()).label === "Make it",
      "the next step",
    );
    await dialog.accept();
    await world.thunderbird.waitFor(async () => !(await dialog.isOpen()), "the dialog to close");
    expect(await names()).toContain("From the page");
  });

  test("back without an action leads to the kinds", async () => {
    await dialog.open();
    await dialog.choose("Fixture service");
    await world.thunderbird.waitFor(
      async () => (await dialog.button()).label === "Sign in",
      "the page's label",
    );
    await dialog.back();
    expect(await dialog.panel()).toBe("panel-select-calendar-type");
  });

  test("without the dialog setAdvanceAction is refused in words", async () => {
    const refusal = await world
      .api("provider.setAdvanceAction", { label: "x" })
      .catch((error: Error) => error.message);
    expect(refusal).toContain("Thunderbird's dialog for new calendars is not open.");
  });

  test("an add-on that is switched off is not offered any more, also in an open dialog", async () => {
    await dialog.open();
    await world.thunderbird.disable();
    expect(await dialog.kinds()).not.toContain("Fixture service");
    const types = await world.thunderbird.chrome<string[]>(
      `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
       return [...cal.provider.detection.providers.keys()];`,
    );
    expect(types).not.toContain(TYPE);
    await world.thunderbird.enable();
    await world.back();
    expect(await dialog.kinds()).toContain("Fixture service");
    // Thunderbird says this of every add-on's page with listeners that is closed, or closed while it loads.
    const closing = /^(sendRemoveListener on closed conduit|FrameData missing for )/;
    const errors = (await world.thunderbird.consoleErrors()).filter(
      ({ text }) => !closing.test(text),
    );
    expect(errors).toEqual([]);
  });
});
