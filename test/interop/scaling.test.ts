/** The commands of docs/scaling.md, run as they stand there. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/background/kloset/kloset.ts";
import { calendarOf, serviceOver, work } from "../support/backup-fixture.ts";
import { NodeStorage } from "../support/node-storage.ts";
import { describePlakar, PlakarHome } from "../support/plakar.ts";

const documented = await readFile(path.join(import.meta.dirname, "../../docs/scaling.md"), "utf8");

describePlakar("the commands of docs/scaling.md, by plakar 1.1.4", () => {
  let plakar: PlakarHome;
  const calendars = calendarOf(12);
  const names = {
    SNAPSHOT: "",
    DIR: "",
    COPY: "",
    FOLDER: "",
    ACCOUNT: "me@here",
    CALENDAR: "work",
    EVENT: "3",
  };

  beforeAll(async () => {
    plakar = await PlakarHome.make();
    Object.assign(names, {
      DIR: plakar.path("store"),
      COPY: plakar.path("copy"),
      FOLDER: plakar.path("out"),
    });
    const { snapshotId } = await serviceOver(storage("DIR"), calendars).run(
      { label: "before the move" },
      work(),
    );
    names.SNAPSHOT = snapshotId.slice(0, 12);
  });
  afterAll(() => plakar.remove());

  const storage = (name: "DIR" | "COPY") => new NodeStorage(names[name]);

  /** Runs a line that the text has, its capital words filled in. */
  async function run(line: string): Promise<string> {
    expect(documented.split("\n"), "the text has another command now").toContain(line);
    const filled = line.replace(/\b[A-Z]{3,}\b/g, (word) => names[word as keyof typeof names]);
    return (await plakar.ok(...filled.split(" ").slice(1))).toString();
  }

  async function restored(): Promise<string[]> {
    const files = await readdir(names.FOLDER, { recursive: true });
    return files.filter((name) => name.endsWith(".ics"));
  }

  test("copy the store to another one, and again after the next backup", async () => {
    await run("plakar at COPY create -plaintext");
    await run("plakar at DIR sync to COPY");
    await run("plakar at COPY check");
    await serviceOver(storage("DIR"), calendars).run({ label: "later" }, work());
    await run("plakar at DIR sync to COPY");
    expect(await (await openStore(storage("COPY"))).listSnapshots()).toHaveLength(2);
  });

  test("bring the snapshots back into a new store, where we show and restore them", async () => {
    names.DIR = plakar.path("new-store");
    const service = serviceOver(storage("DIR"), calendars);
    await service.run({ label: "new" }, work());
    await run("plakar at COPY sync to DIR");
    const snapshots = await service.list({}, work());
    expect(snapshots.map(({ label }) => label)).toEqual(["new", "later", "before the move"]);
    const snapshotId = snapshots[2]?.id ?? "";
    const { items } = await service.browse(
      { snapshotId, calendar: "/calendars/me@here/work" },
      work(),
    );
    expect(items).toHaveLength(12);
    expect(await service.check({ full: true }, work())).toMatchObject({ ok: true });
    expect(await service.run({}, work())).toMatchObject({ added: 0, changed: 0, items: 12 });
  });

  test("list and restore without Thunderbird", async () => {
    expect(await run("plakar at DIR ls")).toContain(names.SNAPSHOT.slice(0, 8));
    expect(await run("plakar at DIR ls -recursive SNAPSHOT")).toContain(
      "calendars/me@here/work/3.ics",
    );
    await run("plakar at DIR restore -to FOLDER SNAPSHOT");
    expect(await restored()).toHaveLength(12);
    names.FOLDER = plakar.path("one-calendar");
    await run("plakar at DIR restore -to FOLDER SNAPSHOT:/calendars/ACCOUNT/CALENDAR");
    expect(new Set(await restored())).toEqual(new Set(calendars.texts("work").keys()));
    expect(await run("plakar at DIR cat SNAPSHOT:/calendars/ACCOUNT/CALENDAR/EVENT.ics")).toBe(
      calendars.texts("work").get("3.ics"),
    );
  });
});
