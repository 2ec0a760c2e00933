/** Every example of docs/calendar-api.md, run in the real Thunderbird as it stands there. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { apiDocs, docExamples, fencedBlocks } from "../support/doc-examples.ts";
import { writeFixtureAddon } from "../support/fixture-addon.ts";
import { findThunderbirds, launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const ADDON = "examples@calendar-api.example";

/** The manifest that the documentation shows; the tests' own keys aside. */
const manifest = JSON.parse(fencedBlocks(apiDocs(), "json")[0]?.code ?? "{}") as object;

/** Makes the calendars that the documentation speaks of, runs the example, and removes them. */
const around = (script: string) => `
  const { calendars } = messenger.calendar;
  const type = "ext-" + messenger.runtime.id;
  const { id: local } = await calendars.create({ type: "storage", name: "Local", url: "moz-storage-calendar://" });
  const { id: own, cacheId: cache } = await calendars.create({ type, name: "Own", url: "https://calendar.example/own/" });
  try {
    await (async () => {${script}\n})();
  } finally {
    for (const { id } of await calendars.query({})) await calendars.remove(id);
  }`;

describe.each(await findThunderbirds())("Thunderbird $version", ({ binary }) => {
  let folder: string;
  let thunderbird: Thunderbird;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "keeper-docs-"));
    const xpi = await writeFixtureAddon(path.join(folder, "examples.xpi"), {
      id: ADDON,
      experiments: ["calendar_provider", "calendar_timezones"],
      manifest,
      background: "",
    });
    thunderbird = await launchThunderbird({ binary, xpi, addonId: ADDON });
  });

  afterAll(async () => {
    await thunderbird.quit();
    await rm(folder, { recursive: true, force: true });
  });

  // A page of its own for each: its listeners go with it.
  test.each(docExamples())("$heading", async ({ script }) => {
    const page = await thunderbird.page("options/options.html");
    try {
      await page.evaluate(around(script));
    } finally {
      await page.close();
    }
  });
});
