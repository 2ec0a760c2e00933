/** What happens at random in a soak test without the user: on the server, to it, and to Thunderbird. */
import { calendarIsBack } from "../../bench/reading.ts";
import { type Action, MANY, pick } from "./drawing.ts";
import type { SoakWorld } from "./soak-world.ts";

const FAULTS = [
  { kind: "unavailable" },
  { kind: "too-many-requests", retryAfterSeconds: 1 },
  { kind: "answer-lost" },
  { kind: "request-lost" },
  { kind: "body-cut" },
  { kind: "html" },
  { kind: "status", status: 500 },
] as const;

/** Names on the server are those of the first items, or what the add-on chose: found by UID. */
async function nameOnServer({ server, url }: SoakWorld, uid: string): Promise<string | null> {
  for (const name of await server.list(url)) {
    const text = await server.get(new URL(encodeURIComponent(name), url).href);
    if (text?.includes(`UID:${uid}\r\n`)) return name;
  }
  return null;
}

async function deleteOnServer(soak: SoakWorld): Promise<void> {
  const uid = pick(soak, soak.uids);
  const name = await nameOnServer(soak, uid);
  if (name === null) return;
  await soak.server.delete(new URL(encodeURIComponent(name), soak.url).href);
  soak.ledger.removed(uid);
}

export const OUTSIDE_ACTIONS: readonly Action[] = [
  {
    name: "server deletes many",
    weight: 1,
    async run(soak) {
      for (let count = 0; count < MANY; count++) await deleteOnServer(soak);
    },
  },
  {
    name: "server changes",
    weight: 14,
    async run(soak) {
      const uid = pick(soak, soak.uids);
      const name = await nameOnServer(soak, uid);
      if (name === null) return;
      const path = new URL(encodeURIComponent(name), soak.url).href;
      const text = (await soak.server.get(path)) ?? "";
      const token = soak.ledger.next("server");
      const line = `DESCRIPTION:${token}\r\n`;
      const described = /^DESCRIPTION[:;][^\r]*\r\n(?:[ \t][^\r]*\r\n)*/m;
      await soak.server.put(
        path,
        described.test(text)
          ? text.replace(described, line)
          : text.replace(/^END:VEVENT/m, `${line}END:VEVENT`),
      );
      soak.ledger.wrote(uid, "server", token);
    },
  },
  {
    name: "server deletes",
    weight: 1,
    run: deleteOnServer,
  },
  {
    name: "the server fails a few requests",
    weight: 6,
    async run(soak) {
      soak.server.fail(pick(soak, FAULTS), { times: 1 + soak.draw(4) });
    },
  },
  {
    name: "sync tokens expire",
    weight: 1,
    async run({ server }) {
      server.expireTokens();
    },
  },
  {
    name: "sync",
    weight: 12,
    async run({ world }) {
      // A fault is answered with an error: that is what it is for.
      await world.reply("sync.run", {});
    },
  },
  {
    name: "backup",
    weight: 3,
    async run({ world }) {
      await world.run("backup.run", {});
    },
  },
  {
    name: "prune",
    weight: 1,
    async run({ world }) {
      await world.reply("snapshots.prune", { policy: { last: 5 } });
    },
  },
  {
    name: "the background page is suspended",
    weight: 2,
    async run({ world }) {
      await world.thunderbird.suspendBackground();
    },
  },
  {
    name: "restart",
    weight: 1,
    async run({ world, calendarId }) {
      await world.thunderbird.restart();
      await calendarIsBack(world.thunderbird, calendarId);
    },
  },
  {
    name: "power cut",
    weight: 1,
    async run({ world, calendarId }) {
      await world.thunderbird.kill();
      await world.thunderbird.restart();
      await calendarIsBack(world.thunderbird, calendarId);
    },
  },
];
