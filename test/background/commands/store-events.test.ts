import { expect, test } from "vitest";
import { tellStoreEvents } from "../../../src/background/commands/store-events.ts";
import { LocaleMessages } from "../../support/locale-messages.ts";

async function told(...events: unknown[]): Promise<string[]> {
  const notes: string[] = [];
  const messages = new LocaleMessages();
  await tellStoreEvents(
    { takeStoreEvents: async () => events },
    {
      notify: async (_, title, message) => notes.push(`${title}: ${message}`),
      text: (key, substitutions) => messages.getMessage(key, substitutions),
    },
  );
  return notes;
}

test("nothing happened: nothing is told", async () => {
  expect(await told()).toEqual([]);
});

test("a salvaged database: how many unsent changes were saved", async () => {
  const [note] = await told({
    kind: "salvaged",
    setAside: "/x.damaged",
    changes: 3,
    complete: true,
  });
  expect(note).toContain("saved: 3");
  expect(note).not.toContain("may be missing");
});

test("one that could not be read whole: changes may be missing, and where the file is", async () => {
  const [note] = await told({
    kind: "salvaged",
    setAside: "/x.damaged",
    changes: 0,
    complete: false,
  });
  expect(note).toContain("may be missing");
  expect(note).toContain("/x.damaged");
});

test("each event is told; unknown ones of another version are passed over", async () => {
  const notes = await told(
    { kind: "unsent-recovered", changes: 2 },
    { kind: "something-new" },
    null,
    { kind: "copied-profile", pending: 1 },
  );
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain("2");
  expect(notes[1]).toContain("paused");
});
