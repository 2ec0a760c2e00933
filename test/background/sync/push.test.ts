import { describe, expect, test } from "vitest";
import { eventText, propertyOf } from "../../support/event-text.ts";
import type { Fate, RemoteCall } from "../../support/memory-collection.ts";
import { event, makeSyncedWorld, makeWorld, type SyncWorld } from "./sync-world.ts";

const once = (wanted: RemoteCall, fate: Fate) => {
  let met = false;
  return (call: RemoteCall): Fate => {
    if (met || call !== wanted) return "answered";
    met = true;
    return fate;
  };
};

const servers = [
  ["that proves what it kept", {}],
  ["that has to be read back", { neverProven: true }],
  [
    "that rewrites what it is sent",
    { rewrite: (text: string) => text.replace("END:VEVENT", "X-S:1\r\nEND:VEVENT") },
  ],
  ["without collection sync", { noSyncCollection: true }],
] as const;

describe.each(servers)("on a server %s", (_kind, misbehaviours) => {
  test("an event made, changed and deleted here arrives there", async () => {
    const world = await makeSyncedWorld(["a", "b"], misbehaviours);
    world.local.createLocally("new.ics", event("new"));
    world.editLocally("a.ics", "SUMMARY", "moved");
    world.local.deleteLocally("b.ics");
    const { report } = await world.sync();
    expect(report).toMatchObject({ pushed: 3 });
    expect(report.error).toBeUndefined();
    expect(new Set(world.remote.texts().keys())).toEqual(new Set(["a.ics", "new.ics"]));
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("moved");
    expect(world.local.visible()).toEqual(world.remote.texts());
    expect(world.local.pendingNames()).toEqual([]);
  });

  test.each(["not-sent", "answer-lost"] as const)(
    "PUT of a new event %s: made once",
    async (fate) => {
      const world = await makeSyncedWorld([], misbehaviours);
      world.local.createLocally("new.ics", event("new"));
      world.remote.intercept = once("put", fate);
      expect((await world.sync()).report.error?.code).toBe("network");
      expect(world.shows("new.ics", "SUMMARY")).toBe("new");
      world.restart();
      expect((await world.sync()).report.error).toBeUndefined();
      expect(world.remote.texts().size).toBe(1);
      expect(world.local.visible()).toEqual(world.remote.texts());
      expect(world.local.pendingNames()).toEqual([]);
    },
  );

  test.each(["not-sent", "answer-lost"] as const)("PUT of a change %s: arrives", async (fate) => {
    const world = await makeSyncedWorld(["a"], misbehaviours);
    world.editLocally("a.ics", "SUMMARY", "moved");
    world.remote.intercept = once("put", fate);
    await world.sync();
    expect(world.shows("a.ics", "SUMMARY")).toBe("moved");
    world.restart();
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("moved");
    expect(world.local.visible()).toEqual(world.remote.texts());
    expect(world.local.conflicts).toEqual([]);
  });

  test.each(["not-sent", "answer-lost"] as const)("DELETE %s: deleted", async (fate) => {
    const world = await makeSyncedWorld(["a", "b"], misbehaviours);
    world.local.deleteLocally("a.ics");
    world.remote.intercept = once("remove", fate);
    await world.sync();
    world.restart();
    await world.sync();
    expect([...world.remote.texts().keys()]).toEqual(["b.ics"]);
    expect(world.local.visible()).toEqual(world.remote.texts());
    expect(world.local.conflicts).toEqual([]);
  });
});

test("an event made and deleted while the answer to its PUT was lost does not stay on the server", async () => {
  const world = await makeSyncedWorld([]);
  world.local.createLocally("new.ics", event("new"));
  world.remote.intercept = once("put", "answer-lost");
  await world.sync();
  world.local.deleteLocally("new.ics");
  await world.sync();
  expect(world.remote.texts().size).toBe(0);
  expect(world.local.visible().size).toBe(0);
});

test("a create refused without our hearing of it does not pass for sent", async () => {
  const world = await makeSyncedWorld([]);
  world.local.createLocally("new.ics", event("new", "first"));
  world.remote.intercept = once("put", "answer-lost");
  await world.engine.push("new.ics", false, new AbortController().signal).catch(() => {});
  world.editLocally("new.ics", "SUMMARY", "second");
  world.remote.intercept = once("put", "answer-lost");
  await world.engine.push("new.ics", false, new AbortController().signal).catch(() => {});
  await world.sync();
  expect(world.serverHas("new.ics", "SUMMARY")).toBe("second");
  expect(world.shows("new.ics", "SUMMARY")).toBe("second");
});

test.each([
  ["", () => {}],
  [", the add-on started anew in between", (world: SyncWorld) => world.restart()],
])(
  "an edit taken back after its answer was lost%s: taken back on the server",
  async (_when, happen) => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "moved");
    world.remote.intercept = once("put", "answer-lost");
    await world.engine.push("a.ics", false, new AbortController().signal).catch(() => {});
    happen(world);
    world.editLocally("a.ics", "SUMMARY", "a");
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("a");
    expect(world.shows("a.ics", "SUMMARY")).toBe("a");
  },
);

describe("both sides changed", () => {
  test("different properties merge silently", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    world.editOnServer("a.ics", "LOCATION", "theirs");
    await world.sync();
    for (const side of [world.serverHas, world.shows]) {
      expect(side("a.ics", "SUMMARY")).toBe("mine");
      expect(side("a.ics", "LOCATION")).toBe("theirs");
    }
    expect(world.local.conflicts).toEqual([]);
  });

  test("the same property: both are kept, one in the conflict list", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    world.editOnServer("a.ics", "SUMMARY", "theirs");
    await world.sync();
    expect(world.local.visible()).toEqual(world.remote.texts());
    expect(world.local.conflicts).toMatchObject([
      {
        conflict: "both-changed",
        properties: ["SUMMARY"],
        mine: eventText("a", { SUMMARY: "mine" }),
        theirs: eventText("a", { SUMMARY: "theirs" }),
      },
    ]);
  });

  test("a server that changes with every try is not fought over for ever; the edit waits", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    let counter = 0;
    world.remote.intercept = (call) => {
      if (call === "put") world.editOnServer("a.ics", "LOCATION", `room ${counter++}`);
      return "answered";
    };
    const { refused } = await world.sync();
    expect(refused).toMatchObject([{ code: "conflict" }]);
    expect(counter).toBeLessThan(10);
    world.remote.intercept = () => "answered";
    await world.sync({ impatient: true });
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("mine");
    expect(world.local.pendingNames()).toEqual([]);
  });
});

describe("deleted on one side, changed on the other", () => {
  test("deleted there: my edit stays pending, is reported once, and nothing is made again", async () => {
    const world = await makeSyncedWorld(["a", "b"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    world.remote.delete("a.ics");
    const { report } = await world.sync();
    expect(report.error).toMatchObject({
      code: "conflict",
      details: { conflict: "deleted-there" },
    });
    expect(world.shows("a.ics", "SUMMARY")).toBe("mine");
    expect(world.local.conflicts).toMatchObject([{ conflict: "deleted-there", theirs: null }]);
    world.remote.calls.length = 0;
    await world.sync({ impatient: true });
    await world.sync();
    expect(world.remote.count("put")).toBe(0);
    expect(world.local.conflicts).toHaveLength(1);
    expect(world.shows("a.ics", "SUMMARY")).toBe("mine");
  });

  test("deleted there and then brought back: my edit is merged into it", async () => {
    const world = await makeSyncedWorld(["a", "b"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    world.remote.delete("a.ics");
    await world.sync();
    world.remote.write("a.ics", eventText("a", { SUMMARY: "a", LOCATION: "theirs" }));
    await world.sync();
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("mine");
    expect(world.serverHas("a.ics", "LOCATION")).toBe("theirs");
    expect(world.local.pendingNames()).toEqual([]);
  });

  test("the whole calendar gone from the server: no edit is called deleted", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "mine");
    world.remote.delete("a.ics");
    world.remote.failure = "not-found";
    world.remote.intercept = (call) => (call === "status" ? "not-sent" : "answered");
    await world.sync();
    expect(world.local.conflicts).toEqual([]);
    expect(world.local.pendingNames()).toEqual(["a.ics"]);
  });

  test("deleted here, changed there: theirs stays and the user is asked", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.local.deleteLocally("a.ics");
    world.editOnServer("a.ics", "SUMMARY", "theirs");
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("theirs");
    expect(world.shows("a.ics", "SUMMARY")).toBe("theirs");
    expect(world.local.conflicts).toMatchObject([{ conflict: "deleted-here" }]);
    expect(world.local.pendingNames()).toEqual([]);
  });

  test("deleted here, changed there, on a server without entity tags: theirs stays", async () => {
    const world = await makeSyncedWorld(["a"]);
    const [row] = await world.local.getResources(["a.ics"]);
    const metadata = { ...(row?.metadata as object), etag: null };
    await world.local.batch([{ kind: "metadata", name: "a.ics", metadata }], {});
    world.editOnServer("a.ics", "SUMMARY", "theirs");
    world.local.deleteLocally("a.ics");
    await world.engine.push("a.ics", false, new AbortController().signal);
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("theirs");
    expect(world.local.conflicts).toMatchObject([{ conflict: "deleted-here" }]);
  });

  test("deleted here, only its time stamp changed there: deleted", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.local.deleteLocally("a.ics");
    world.editOnServer("a.ics", "DTSTAMP", "20260101T000000Z");
    await world.sync();
    expect(world.remote.texts().size).toBe(0);
    expect(world.local.conflicts).toEqual([]);
  });

  test("deleted on both sides: settled without a question", async () => {
    const world = await makeSyncedWorld(["a", "b"]);
    world.local.deleteLocally("a.ics");
    world.remote.delete("a.ics");
    const { report } = await world.sync();
    expect(report.error).toBeUndefined();
    expect(world.local.pendingNames()).toEqual([]);
    expect(world.local.visible()).toEqual(world.remote.texts());
  });
});

test("an event the server holds already under another name is written there, not made twice", async () => {
  const world = await makeSyncedWorld([]);
  world.remote.write(
    "invitation.ics",
    eventText("u1", { SUMMARY: "party", PARTSTAT: "NEEDS-ACTION" }),
  );
  world.local.createLocally(
    "mine.ics",
    eventText("u1", { SUMMARY: "party", PARTSTAT: "ACCEPTED" }),
  );
  await world.sync();
  expect([...world.remote.texts().keys()]).toEqual(["invitation.ics"]);
  expect(world.serverHas("invitation.ics", "PARTSTAT")).toBe("ACCEPTED");
  expect(world.local.visible()).toEqual(world.remote.texts());
  expect(world.local.superseded.map(({ text }) => propertyOf(text, "PARTSTAT"))).toContain(
    "NEEDS-ACTION",
  );
  expect(world.local.pendingNames()).toEqual([]);
});

test("a refused edit is kept, told, and not sent again and again", async () => {
  const world = await makeSyncedWorld(["a", "b"], { forbidden: (name) => name === "a.ics" });
  world.editLocally("a.ics", "SUMMARY", "mine");
  world.editLocally("b.ics", "SUMMARY", "mine");
  const { report, refused } = await world.sync();
  expect(report).toMatchObject({ pushed: 1, error: { code: "forbidden" } });
  expect(refused[0]?.hint).not.toBe("");
  expect(world.shows("a.ics", "SUMMARY")).toBe("mine");
  world.remote.calls.length = 0;
  await world.sync();
  expect(world.remote.count("put")).toBe(0);
  world.now += 2 * 60 * 60_000;
  await world.sync();
  expect(world.remote.count("put")).toBe(1);
  expect(world.local.pendingNames()).toEqual(["a.ics"]);
});

test("an item whose PUT is never answered does not keep others from arriving", async () => {
  const world = await makeSyncedWorld(["a"]);
  world.editLocally("a.ics", "SUMMARY", "mine");
  world.remote.write("new.ics", event("new"));
  world.remote.failure = "timeout";
  world.remote.intercept = (call) => (call === "put" ? "not-sent" : "answered");
  const { report } = await world.sync();
  expect(report).toMatchObject({ added: 1, error: { code: "timeout" } });
  expect(world.local.pendingNames()).toEqual(["a.ics"]);
});

test("a refused sign-in ends the run at once", async () => {
  const world = await makeSyncedWorld(["a"]);
  world.editLocally("a.ics", "SUMMARY", "mine");
  world.remote.failure = "unauthorized";
  world.remote.intercept = () => "not-sent";
  const { report } = await world.sync();
  expect(report).toMatchObject({ requests: 1, error: { code: "unauthorized" } });
  expect(world.local.pendingNames()).toEqual(["a.ics"]);
});

describe("edits in the middle of a run", () => {
  test("while the PUT of the same event is under way", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editLocally("a.ics", "SUMMARY", "first");
    let edited = false;
    world.remote.intercept = (call) => {
      if (call === "put" && !edited) {
        edited = true;
        world.editLocally("a.ics", "SUMMARY", "second");
      }
      return "answered";
    };
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("second");
    expect(world.shows("a.ics", "SUMMARY")).toBe("second");
    expect(world.local.pendingNames()).toEqual([]);
  });

  test("deleted while its first PUT is under way", async () => {
    const world = await makeSyncedWorld([]);
    world.local.createLocally("new.ics", event("new"));
    let deleted = false;
    world.remote.intercept = (call) => {
      if (call === "put" && !deleted) {
        deleted = true;
        world.local.deleteLocally("new.ics");
      }
      return "answered";
    };
    await world.sync();
    expect(world.remote.texts().size).toBe(0);
    expect(world.local.visible().size).toBe(0);
    expect(world.local.pendingNames()).toEqual([]);
  });

  test("between the plan and the batch: both changes arrive on both sides", async () => {
    const world = await makeSyncedWorld(["a"]);
    world.editOnServer("a.ics", "LOCATION", "theirs");
    world.remote.intercept = (call) => {
      if (call === "fetchBodies") world.editLocally("a.ics", "SUMMARY", "mine");
      return "answered";
    };
    await world.sync();
    expect(world.serverHas("a.ics", "SUMMARY")).toBe("mine");
    expect(world.serverHas("a.ics", "LOCATION")).toBe("theirs");
    expect(world.local.visible()).toEqual(world.remote.texts());
  });

  test("pushed by its own hook while an older body is on the way: the older one does not come back", async () => {
    const world = await makeSyncedWorld(["a", "b"]);
    world.editOnServer("a.ics", "LOCATION", "theirs");
    const signal = new AbortController().signal;
    let wasPushed = false;
    const { fetchBodies } = world.remote;
    world.remote.fetchBodies = (members, onBatch, given) =>
      fetchBodies.call(
        world.remote,
        members,
        async (batch) => {
          if (!wasPushed) {
            wasPushed = true;
            world.editLocally("a.ics", "SUMMARY", "mine");
            await world.engine.push("a.ics", false, signal);
          }
          await onBatch(batch);
        },
        given,
      );
    await world.sync();
    expect(world.shows("a.ics", "SUMMARY")).toBe("mine");
    expect(world.shows("a.ics", "LOCATION")).toBe("theirs");
    expect(world.local.visible()).toEqual(world.remote.texts());
  });
});

test("the delete half of a move waits until its create is confirmed", async () => {
  const from = await makeSyncedWorld(["a"]);
  const to = await makeSyncedWorld([]);
  to.local.createLocally("a.ics", event("a"));
  from.local.deleteLocally("a.ics");
  from.local.setWaiting("a.ics", true);
  await from.sync();
  expect(from.remote.texts().size).toBe(1);
  expect((await to.sync()).created).toBe(1);
  from.local.setWaiting("a.ics", false);
  await from.sync();
  expect(from.remote.texts().size).toBe(0);
  expect(to.remote.texts().size).toBe(1);
});

test("a push with nothing pending does nothing", async () => {
  const world = makeWorld();
  const outcome = await world.engine.push("a.ics", false, new AbortController().signal);
  expect(outcome).toEqual({ kind: "nothing" });
});
