import { expect, test, vi } from "vitest";
import {
  type CommandHandlers,
  createDispatcher,
} from "../../../src/background/commands/dispatch.ts";
import { AppError } from "../../../src/shared/errors.ts";

const self = { id: "keeper@example.org", baseUrl: "moz-extension://abc/" };
const ownPage = { id: self.id, url: "moz-extension://abc/options/options.html#backups" };

function dispatcher(handlers: Partial<CommandHandlers> = {}, onBug = vi.fn()) {
  return createDispatcher(() => handlers as CommandHandlers, self, onBug);
}

test("a command is answered with its handler's value", async () => {
  const dispatch = dispatcher({
    "accounts.remove": async ({ accountId }) => ({
      superseded: accountId.length,
      snapshotId: null,
    }),
  });
  expect(await dispatch({ command: "accounts.remove", accountId: "four" }, ownPage)).toEqual({
    ok: true,
    value: { superseded: 4, snapshotId: null },
  });
});

test.each([
  ["another add-on", { id: "other@example.org", url: ownPage.url }],
  ["a web page", { id: self.id, url: "https://example.org/options.html" }],
  ["a page whose address only begins alike", { id: self.id, url: "moz-extension://abcd/" }],
  ["nobody", {}],
])("a message from %s is not answered", (_, sender) => {
  const list = vi.fn(async () => []);
  expect(dispatcher({ "accounts.list": list })({ command: "accounts.list" }, sender)).toBe(
    undefined,
  );
  expect(list).not.toHaveBeenCalled();
});

test.each([[null], ["accounts.list"], [{ event: "progress" }], [{ command: 7 }]])(
  "%j is not a command and is left to other listeners",
  (message) => {
    expect(dispatcher()(message, ownPage)).toBe(undefined);
  },
);

test.each(["accounts.lists", "toString", "__proto__", ""])(
  "the unknown command %j is refused by name",
  async (command) => {
    expect(await dispatcher()({ command }, ownPage)).toMatchObject({
      ok: false,
      error: { code: "unknown-command", details: { command } },
    });
  },
);

test.each([
  ["accounts.discover", { username: "ada" }, "location"],
  ["accounts.discover", { location: "", username: "ada" }, "location"],
  ["accounts.discover", { location: "example.org", username: "ada", password: 7 }, "password"],
  ["accounts.add", { location: "example.org", username: "ada", calendars: [] }, "calendars"],
  ["accounts.add", { location: "example.org", username: "ada", calendars: [1] }, "calendars.0"],
  ["sync.run", { calendarId: null }, "calendarId"],
  ["sync.run", { calender: "c1" }, "calender"],
  ["places.pick", { purpose: "fun" }, "purpose"],
  ["backup.configure", { passphrase: "secret\nwords" }, "passphrase"],
  ["backup.configure", { passphrase: "" }, "passphrase"],
  ["passphrase.test", { passphrase: 7 }, "passphrase"],
  ["snapshots.browse", { snapshotId: "s", limit: -1 }, "limit"],
  ["snapshots.restore", restore({ mode: "all" }), "mode"],
  ["snapshots.restore", restore({ selection: {} }), "selection"],
  ["snapshots.restore", restore({ target: { kind: "folder" } }), "target.directory"],
  ["snapshots.restore", restore({ target: { kind: "moon" } }), "target.kind"],
  ["operations.cancel", {}, "id"],
])("%s with %j is refused, naming the argument %s", async (command, args, argument) => {
  const reply = await dispatcher()({ command, ...args }, ownPage);
  expect(reply).toMatchObject({
    ok: false,
    error: { code: "bad-argument", details: { argument } },
  });
  expect(JSON.stringify(reply)).toContain(argument);
  expect(JSON.stringify(reply)).not.toContain("secret words");
});

function restore(part: object): object {
  return {
    snapshotId: "s1",
    selection: { all: true },
    target: { kind: "original" },
    mode: "missing",
    ...part,
  };
}

test("an argument that is undefined counts as left out", async () => {
  const run = vi.fn(async () => ({ calendars: [] }));
  await dispatcher({ "sync.run": run })({ command: "sync.run", calendarId: undefined }, ownPage);
  expect(run).toHaveBeenCalledWith({});
});

test("an error of a handler arrives as code, message, hint and details", async () => {
  const dispatch = dispatcher({
    "backup.run": async () => {
      throw new AppError("place-full", "The disk is full.", {
        hint: "Make room.",
        details: { freeBytes: 0 },
      });
    },
  });
  expect(await dispatch({ command: "backup.run" }, ownPage)).toEqual({
    ok: false,
    error: {
      code: "place-full",
      message: "The disk is full.",
      hint: "Make room.",
      details: { freeBytes: 0 },
    },
  });
});

test("an unexpected error is reported without its text, which may hold anything", async () => {
  const onBug = vi.fn();
  const dispatch = dispatcher(
    {
      "accounts.list": async () => {
        throw new TypeError("SUMMARY:Secret meeting");
      },
    },
    onBug,
  );
  const reply = await dispatch({ command: "accounts.list" }, ownPage);
  expect(reply).toMatchObject({ ok: false, error: { code: "bug" } });
  expect(JSON.stringify(reply)).not.toContain("Secret");
  expect(onBug).toHaveBeenCalledOnce();
});
