/** The item store over Thunderbird's own SQLite and files: what the unit tests show with sql.js holds there, too. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { event, put, sides, stored } from "../experiments/calendar/store/store-world.ts";
import { launchThunderbird, type Thunderbird } from "../support/thunderbird.ts";

const calendarId = "e2e-calendar";
const A = event("a", "first \u0000 ü😀");
const MINE = event("a", "mine");

describe("the item store in Thunderbird", () => {
  let thunderbird: Thunderbird;
  let source: string;

  /** A body of an async function with `store`; the store stays open between calls. */
  const run = <T>(body: string, ...args: unknown[]): Promise<T> =>
    thunderbird.chrome<T>(
      `const [source, args] = arguments;
       globalThis.keeperStore ??= await new Function(source + "; return keeper;")().openProfileItemStore("caldav-keeper");
       const store = globalThis.keeperStore;
       ${body}`,
      source,
      args,
    );

  const visible = (): Promise<Record<string, string>> =>
    run(
      `const texts = {};
       const query = { calendarId: args[0], components: 15, start: null, end: null, includeCompleted: true };
       for await (const slice of store.queryTexts(query)) for (const row of slice) texts[row.name] = row.text;
       return texts;`,
      calendarId,
    );

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: ["src/experiments/calendar/store/gecko-item-store.ts"],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "keeper",
      target: "firefox140",
    });
    source = bundle.outputFiles[0]?.text ?? "";
    thunderbird = await launchThunderbird({ addonId: "none@example.org" });
  });
  afterAll(() => thunderbird.quit());

  test("keeps texts byte for byte, and edits beside them", async () => {
    const operations = JSON.stringify([put("a.ics", A), put("b.ics", event("b", "b"))]);
    const result = await run<string>(
      `return store.batch(args[0], args[1], { state: '{"token":"t"}' });`,
      calendarId,
      operations,
    );
    expect(JSON.parse(result)).toMatchObject({ added: 2, pending: [] });
    expect((await visible())["a.ics"]).toBe(A);
    await run("await store.updateEdit(args[0]); return null;", {
      calendarId,
      name: "a.ics",
      ...sides(MINE),
    });
    expect((await visible())["a.ics"]).toBe(MINE);
    const pending = await run<string>("return store.getPending(args[0]);", calendarId);
    expect(JSON.parse(pending)).toMatchObject([{ baseText: A, serverText: A, userText: MINE }]);
    expect(await run("return store.getState(args[0]);", calendarId)).toBe('{"token":"t"}');
  });

  test("refuses a batch that is not well-formed, and applies nothing of it", async () => {
    const operations = JSON.stringify([put("c.ics", event("c", "c")), { kind: "put", name: "d" }]);
    const code = await run<string>(
      "return store.batch(args[0], args[1]).then(() => 'accepted', (error) => error.code);",
      calendarId,
      operations,
    );
    expect(code).toBe("bad-argument");
    expect(Object.keys(await visible())).toEqual(["a.ics", "b.ics"]);
  });

  test("does not hold up the end of Thunderbird, and is whole after it", async () => {
    await thunderbird.restart();
    expect(await run("return store.takeEvents();")).toEqual([]);
    expect((await visible())["a.ics"]).toBe(MINE);
  });

  test("has every confirmed edit after a crash", async () => {
    await run("await store.insertEdit(args[0]); return null;", {
      calendarId,
      uid: "n",
      ...sides(event("n", "new")),
    });
    await thunderbird.kill();
    await thunderbird.restart();
    expect(await visible()).toMatchObject({ "a.ics": MINE, "n.ics": event("n", "new") });
    expect(await run("return store.takeEvents();")).toEqual([]);
  });

  test("damaged on the disk, is set aside and gives the unsent texts back", async () => {
    const events = await run(
      `await store.close();
       delete globalThis.keeperStore;
       const path = PathUtils.join(PathUtils.profileDir, "caldav-keeper", "items.sqlite");
       await IOUtils.writeUTF8(path, "no database ".repeat(1000));
       globalThis.keeperStore = await new Function(source + "; return keeper;")().openProfileItemStore("caldav-keeper");
       return globalThis.keeperStore.takeEvents();`,
    );
    expect(events).toMatchObject([{ kind: "salvaged", changes: 2 }]);
    expect(await visible()).toEqual({ "a.ics": MINE, "n.ics": event("n", "new") });
    const files = await readdir(path.join(thunderbird.profile, "caldav-keeper"));
    expect(files.some((file) => /^items\.damaged\..*\.sqlite$/.test(file))).toBe(true);
  });

  test("removes the file of an unsent text when the server has it", async () => {
    await run(
      `const [change] = JSON.parse(await store.getPending(args[0], ["n.ics"]));
       return store.settle(args[0], "n.ics", change.revision, args[1]);`,
      calendarId,
      stored(event("n", "new")),
    );
    const folder = path.join(thunderbird.profile, "caldav-keeper/unsent", calendarId);
    const files = await readdir(folder);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatch(/^a\.ics~update-\d+\.ics$/);
  });
});
