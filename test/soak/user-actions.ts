/** What the user does at random in a soak test. */
import { ThunderbirdPanes } from "../support/thunderbird-panes.ts";
import { type Action, MANY, pick } from "./drawing.ts";
import { eventText, type SoakWorld } from "./soak-world.ts";

/** An item that both sides still have; `null` if luck is out. */
async function livingUid(soak: SoakWorld): Promise<string | null> {
  for (let tries = 0; tries < 5; tries++) {
    const uid = pick(soak, soak.uids);
    if ((await soak.world.user.item(soak.calendarId, uid)) !== null) return uid;
  }
  return null;
}

/** Also with changes that were not sent yet, on the second word: they are left over then. */
async function unsubscribeAndBack({ world, server, calendars, gone, draw }: SoakWorld) {
  const index = draw(calendars.length);
  const calendar = calendars[index];
  if (calendar === undefined) return;
  const discardPending = draw(2) === 0;
  const { id: calendarId, url } = calendar;
  const out = await world.reply("calendars.unsubscribe", { calendarId, discardPending });
  if (!out.ok) return;
  gone.push(calendarId);
  server.behave();
  const { accountId } = world;
  // A server that asked to wait is not asked before.
  const back = await world.thunderbird.waitFor(async () => {
    const reply = await world.reply("calendars.subscribe", { accountId, urls: [url] });
    return reply.ok ? reply.value.calendars : null;
  }, `${url} to be subscribed again`);
  const [subscribed] = back;
  if (subscribed === undefined) throw new Error(`${url} was not subscribed again`);
  calendars[index] = subscribed;
  await world.run("sync.run", { calendarId: subscribed.id });
}

export const USER_ACTIONS: readonly Action[] = [
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
      // Refused, and nothing happens: an earlier version of it was put there.
      if ((await soak.world.user.item(target, uid)) !== null) return;
      await new ThunderbirdPanes(soak.world.thunderbird).moveTo(soak.calendarId, uid, target);
    },
  },
  {
    name: "user takes a calendar out and puts it in again",
    weight: 1,
    run: unsubscribeAndBack,
  },
  {
    name: "user puts what is left of a calendar elsewhere",
    weight: 2,
    async run(soak) {
      const { calendars } = await soak.world.run("leftovers.list", {});
      const target = pick(soak, soak.calendars).id;
      for (const { calendarId, items } of calendars) {
        // Refused where the server fails just now: it is still listed then.
        for (const { ids } of items)
          await soak.world.reply("leftovers.put", { calendarId, ids, targetId: target });
      }
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
];
