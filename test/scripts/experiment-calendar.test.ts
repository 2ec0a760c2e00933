/** The folder that other add-ons take along. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSharedExperiment } from "../../scripts/experiment-calendar.js";
import type { ExperimentApis } from "../../scripts/experiments.js";

let folder: string;
const read = (name: string) => readFile(path.join(folder, name), "utf8");

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "keeper-experiment-"));
  await writeSharedExperiment(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("has every file that its manifest fragment names, and each script makes its class", async () => {
  const apis = JSON.parse(await read("experiment_apis.json")) as ExperimentApis;
  expect(Object.keys(apis)).toEqual(["calendar_provider", "calendar_timezones"]);
  for (const [name, { schema, parent, child }] of Object.entries(apis)) {
    expect(JSON.parse(await read(schema))).toContainEqual(
      expect.objectContaining({ namespace: expect.stringMatching(/^calendar\./) }),
    );
    for (const script of [parent, child])
      if (script) expect(await read(script.script)).toContain(`this.${name} = `);
  }
});

test("knows nothing of the product", async () => {
  const apis = JSON.parse(await read("experiment_apis.json")) as ExperimentApis;
  const files = Object.values(apis).flatMap(({ schema, parent, child }) =>
    [schema, parent?.script, child?.script].filter((file) => file !== undefined),
  );
  for (const file of [...files, "README.md", "experiment_apis.json"]) {
    const words = (await read(file)).match(/.*(caldav|kloset|plakar|backup).*/gi) ?? [];
    // A type of Thunderbird's own calendars.
    expect(
      words.filter((line) => !/[`"]caldav[`"]/.test(line)),
      file,
    ).toEqual([]);
  }
});

test("explains itself in few lines, and its links lead to files that are there", async () => {
  expect((await read("README.md")).trimEnd().split("\n").length).toBeLessThanOrEqual(12);
  const links = [...(await read("calendar-api.md")).matchAll(/\]\((?!#|https:)([^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(0);
  for (const [, target = ""] of links) expect((await read(target)).length).toBeGreaterThan(0);
});
