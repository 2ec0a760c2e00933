/** What must be true after a soak test, and what it cost. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { memoryOf } from "../../bench/reading.ts";
import { run } from "../../scripts/child-process.ts";
import { ensurePlakar } from "../../scripts/ensure-plakar.ts";
import type { ResourceBody, SupersededVersion } from "../../src/shared/item-store.ts";
import type { SoakWorld } from "./soak-world.ts";

/** Syncs until nothing waits and both sides hold the same. @throws Error with what still differs */
export async function settle(soak: SoakWorld): Promise<void> {
  const { server, world } = soak;
  server.behave();
  let differences: string[] = [];
  for (let round = 0; round < 10; round++) {
    await world.reply("sync.run", {});
    await decideAll(soak);
    differences = await differencesOf(soak);
    if (differences.length === 0) return;
  }
  throw new Error(`the sides differ: ${differences.slice(0, 10).join("; ")}`);
}

/** Has the user's word for whatever waits for it. */
async function decideAll({ world, draw }: SoakWorld): Promise<void> {
  for (const { calendarId, kind, state, preview } of await world.run("guard.list", {})) {
    if (state !== "held" || preview === null) continue;
    const decision = draw(2) === 0 ? "apply" : "keep";
    await world.reply("guard.decide", { calendarId, kind, decision, preview });
  }
}

async function bodiesOf({ world }: SoakWorld, calendarId: string): Promise<ResourceBody[]> {
  const json = await world.thunderbird.background<string>(
    `return messenger.calendar.provider.getResources(arguments[0], { limit: 100000 })`,
    `${calendarId}#cache`,
  );
  return JSON.parse(json) as ResourceBody[];
}

/** Also of a calendar that is gone, which no command lists alone. */
async function supersededOf(
  { world }: SoakWorld,
  calendarId: string,
): Promise<SupersededVersion[]> {
  const json = await world.thunderbird.background<string>(
    `return messenger.calendar.provider.listSuperseded(arguments[0], { since: 0, limit: 1000000 })`,
    `${calendarId}#cache`,
  );
  return JSON.parse(json) as SupersededVersion[];
}

async function differencesOf(soak: SoakWorld): Promise<string[]> {
  const found: string[] = [];
  for (const calendar of soak.calendars) found.push(...(await differencesIn(soak, calendar)));
  return found;
}

async function differencesIn(
  soak: SoakWorld,
  { id, url }: { readonly id: string; readonly url: string },
): Promise<string[]> {
  const { server } = soak;
  const found: string[] = [];
  const bodies = new Map((await bodiesOf(soak, id)).map((body) => [body.name, body]));
  for (const name of await server.list(url)) {
    const text = await server.get(new URL(encodeURIComponent(name), url).href);
    const body = bodies.get(name);
    bodies.delete(name);
    if (body === undefined) found.push(`${name} is only on the server`);
    else if (body.serverText !== text) found.push(`${name} has another text on the server`);
    else if (body.pending !== null) found.push(`${name} waits to be sent (${body.pending})`);
  }
  for (const name of bodies.keys()) found.push(`${name} is only in the store`);
  return found;
}

/** Every text that is still to be had: on the server, in the store, replaced ones, left-overs, losers of conflicts. */
export async function allTexts(soak: SoakWorld): Promise<string[]> {
  const { world } = soak;
  const bodies: ResourceBody[] = [];
  const superseded: { readonly text: string }[] = [];
  for (const { id } of soak.calendars) bodies.push(...(await bodiesOf(soak, id)));
  for (const calendarId of [...soak.gone, ...soak.calendars.map(({ id }) => id)]) {
    superseded.push(...(await supersededOf(soak, calendarId)));
  }
  const conflicts = await world.run("conflicts.list", {});
  return [
    ...bodies.flatMap(({ serverText, userText }) => [serverText ?? "", userText ?? ""]),
    ...superseded.map(({ text }) => text),
    ...conflicts.flatMap(({ mine, theirs }) => [mine ?? "", theirs ?? ""]),
  ];
}

/** What differs between the views and the server. */
export async function viewDifferences({ world, server, calendars }: SoakWorld): Promise<number> {
  let differences = 0;
  for (const { id, url } of calendars) {
    const there = new Set<string>();
    for (const name of await server.list(url)) {
      const text = (await server.get(new URL(encodeURIComponent(name), url).href)) ?? "";
      there.add(/^UID:(.*)\r$/m.exec(text)?.[1] ?? name);
    }
    const shown = new Set((await world.user.items(id)).map(({ uid }) => uid));
    differences += [...there].filter((uid) => !shown.has(uid)).length;
    differences += [...shown].filter((uid) => !there.has(uid)).length;
  }
  return differences;
}

/** @throws Error with what plakar or the add-on itself found wrong */
export async function checkStore({ world }: SoakWorld): Promise<string> {
  const report = await world.run("snapshots.check", { full: true });
  if (!report.ok) throw new Error(`the store is damaged: ${JSON.stringify(report.errors)}`);
  const plakar = await ensurePlakar();
  if (!("path" in plakar)) return "plakar is not here: its check was not run";
  const env = { HOME: world.folder };
  await run(plakar.path, ["-disable-security-check"], { env });
  const checked = await run(plakar.path, ["at", world.folder, "check"], { env });
  if (checked.code !== 0) throw new Error(`plakar check: ${checked.output.slice(-2_000)}`);
  return "plakar check passed";
}

export interface Cost {
  readonly memoryMB: number;
  /** Open files of Thunderbird's main process. -1 where that is not to be had. */
  readonly handles: number;
  readonly databaseBytes: number;
}

export async function costOf({ world }: SoakWorld): Promise<Cost> {
  const { thunderbird } = world;
  await thunderbird.chrome(`Cu.forceGC(); Cu.forceCC(); Cu.forceGC();`);
  const handles = await readdir(`/proc/${thunderbird.pid}/fd`).catch(() => null);
  const folder = path.join(thunderbird.profile, "caldav-keeper");
  const files = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    files
      .filter((name) => name.startsWith("items.sqlite"))
      .map(async (name) => (await stat(path.join(folder, name))).size),
  );
  return {
    memoryMB: await memoryOf(thunderbird),
    handles: handles?.length ?? -1,
    databaseBytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}
