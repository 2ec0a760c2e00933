/** What happens at random in a soak test. An action that a fault stops leaves nothing in the ledger. */
import { calendarIsBack } from "../../bench/reading.ts";
import { ThunderbirdPanes } from "../support/thunderbird-panes.ts";
import { eventText, type SoakWorld } from "./soak-world.ts";

export interface Action {
  readonly name: string;
  /** Share among all. */
  readonly weight: number;
  run(soak: SoakWorld): Promise<void>;
}

/** At once: enough for the guard to ask, or to take a snapshot first. */
const MANY = 45;

const FAULTS = [
  { kind: "unavailable" },
  { kind: "too-many-requests", retryAfterSeconds: 1 },
  { kind: "answer-lost" },
  { kind: "request-lost" },
  { kind: "body-cut" },
  { kind: "html" },
  { kind: "status", status: 500 },
] as const;

function pick<T>({ draw }: SoakWorld, list: readonly T[]): T {
  const found = list[draw(list.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

/** An item that both sides still have; `null` if luck is out. */
async function livingUid(soak: SoakWorld): Promise<string | null> {
  for (let tries = 0; tries < 5; tries++) {
    const uid = pick(soak, soak.uids);
    if ((await soak.world.user.item(soak.calendarId, uid)) !== null) return uid;
  }
  return null;
}

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

export const ACTIONS: readonly Action[] = [
  {
    name: "user creates",
    weight: 6,
    async run(soak) {
      const token = soak.ledger.next("user");
      const number = soak.uids.length;
      const uid = `made-${number}`;
      const text = eventText(uid, number, token).replace(/^[\s\S]*?(?=BEGIN:VEVENT)/, "");
      await soak.world.user.add(soak.calendarId, text.replace(/END:VCALENDAR\s*$/, ""));
      soak.uids.push(uid);
      soak.ledger.wrote(uid, "user", token);
    },
  },
  {
    name: "user changes",
    weight: 14,
    async run(soak) {
      const uid = await livingUid(soak);
      if (uid === null) return;
      const token = soak.ledger.next("user");
      // Now and then the property that the server's side changes as well: a true conflict.
      const property = soak.draw(4) === 0 ? "DESCRIPTION" : "LOCATION";
      await soak.world.user.change(soak.calendarId, uid, { [property]: token });
      soak.ledger.wrote(uid, "user", token);
    },
  },
  {
    name: "user deletes many",
    weight: 1,
    async run(soak) {
      for (let count = 0; count < MANY; count++) {
        const uid = await livingUid(soak);
        if (uid === null) return;
        await soak.world.user.remove(soak.calendarId, uid);
        soak.ledger.removed(uid);
      }
    },
  },
  {
    name: "server deletes many",
    weight: 1,
    async run(soak) {
      for (let count = 0; count < MANY; count++) await deleteOnServer(soak);
    },
  },
  {
    name: "user decides about many changes",
    weight: 4,
    async run(soak) {
      const waiting = (await soak.world.run("guard.list", {})).filter(
        ({ preview }) => preview !== null,
      );
      if (waiting.length === 0) return;
      const { calendarId, kind, preview } = pick(soak, waiting);
      const decision = soak.draw(2) === 0 ? "apply" : "keep";
      // Refused where the server fails just now, or something else is held by now.
      await soak.world.reply("guard.decide", {
        calendarId,
        kind,
        decision,
        preview: preview ?? "",
      });
    },
  },
  {
    name: "user takes many changes back",
    weight: 2,
    async run(soak) {
      const made = (await soak.world.run("guard.list", {})).filter(({ state }) => state === "made");
      if (made.length === 0) return;
      const { calendarId, kind, at } = pick(soak, made);
      await soak.world.reply("guard.undo", { calendarId, kind, at: at ?? 0 });
    },
  },
  {
    name: "user moves an item to the other calendar",
    weight: 2,
    async run(soak) {
      const uid = await livingUid(soak);
      const target = soak.calendars[1]?.id;
      if (uid === null || target === undefined) return;
      await new ThunderbirdPanes(soak.world.thunderbird).moveTo(soak.calendarId, uid, target);
    },
  },
  {
    name: "user dismisses a reminder",
    weight: 3,
    async run(soak) {
      const uid = await livingUid(soak);
      if (uid === null) return;
      await soak.world.thunderbird.chrome(
        `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
         const [id, uid] = arguments;
         const item = await cal.manager.getCalendarById(id).getItem(uid);
         const [alarm] = item?.getAlarms() ?? [];
         const service = Cc["@mozilla.org/calendar/alarm-service;1"].getService(Ci.calIAlarmService);
         if (alarm) await service.dismissAlarm(item, alarm);
         return null;`,
        soak.calendarId,
        uid,
      );
    },
  },
  {
    name: "user restores a snapshot",
    weight: 1,
    async run(soak) {
      const { world } = soak;
      const snapshots = await world.run("snapshots.list", {});
      if (snapshots.length === 0) return;
      const common = {
        snapshotId: pick(soak, snapshots).id,
        selection: { all: true },
        target: { kind: "original" },
        mode: pick(soak, ["missing", "older", "exact"] as const),
      } as const;
      const shown = await world.reply("snapshots.restore", { ...common, dryRun: true });
      if (!shown.ok) return;
      const { preview } = shown.value;
      await world.reply("snapshots.restore", {
        ...common,
        ...(preview === null ? {} : { preview }),
      });
    },
  },
  {
    name: "user deletes",
    weight: 2,
    async run(soak) {
      const uid = await livingUid(soak);
      if (uid === null) return;
      await soak.world.user.remove(soak.calendarId, uid);
      soak.ledger.removed(uid);
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

export async function act(soak: SoakWorld): Promise<string> {
  const total = ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
  let at = soak.draw(total);
  const action = ACTIONS.find(({ weight }) => {
    at -= weight;
    return at < 0;
  });
  if (action === undefined) throw new Error("no action");
  await action.run(soak);
  soak.done.set(action.name, (soak.done.get(action.name) ?? 0) + 1);
  return action.name;
}
