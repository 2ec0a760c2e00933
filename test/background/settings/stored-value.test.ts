import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { accountsShape } from "../../../src/background/settings/account-settings.ts";
import { lastBackupShape } from "../../../src/background/settings/backup-settings.ts";
import {
  SET_ASIDE_PREFIX,
  StoredValue,
  type ValueShape,
} from "../../../src/background/settings/stored-value.ts";
import { storedAccount, storedCalendarSample } from "../../support/account-samples.ts";
import { MemoryArea } from "../../support/memory-area.ts";

const shape: ValueShape<{ names: string[] }> = {
  key: "list",
  schema: v.object({ names: v.array(v.string()) }),
  migrations: [
    (older) => ({ name: (older as { first: string }).first }),
    (older) => ({ names: [(older as { name: string }).name] }),
  ],
  initial: () => ({ names: [] }),
};

describe("a stored value", () => {
  test("is the initial one before anything was written", async () => {
    expect(await new StoredValue(new MemoryArea(), shape).read()).toEqual({ names: [] });
  });

  test("survives a restart", async () => {
    const area = new MemoryArea();
    await new StoredValue(area, shape).update(() => ({ names: ["Ada"] }));
    expect(await new StoredValue(area, shape).read()).toEqual({ names: ["Ada"] });
  });

  test.each([
    [1, { first: "Ada" }],
    [2, { name: "Ada" }],
    [3, { names: ["Ada"] }],
  ])("of version %i becomes the present one, in order", async (version, value) => {
    const area = new MemoryArea({ list: { version, value } });
    expect(await new StoredValue(area, shape).read()).toEqual({ names: ["Ada"] });
    expect(area.values.list).toEqual({ version: 3, value: { names: ["Ada"] } });
  });

  test("changed twice at once keeps both changes", async () => {
    const value = new StoredValue(new MemoryArea(), shape);
    await Promise.all([
      value.update(({ names }) => ({ names: [...names, "Ada"] })),
      value.update(({ names }) => ({ names: [...names, "Grace"] })),
    ]);
    expect(await value.read()).toEqual({ names: ["Ada", "Grace"] });
  });

  test("that a change leaves unusable is not written", async () => {
    const area = new MemoryArea();
    const value = new StoredValue(area, shape);
    await value.update(() => ({ names: ["Ada"] }));
    await expect(value.update(() => ({ names: 7 }) as never)).rejects.toThrow();
    expect(await value.read()).toEqual({ names: ["Ada"] });
  });

  test.each([
    ["no envelope", "scrap"],
    ["a wrong inner shape", { version: 3, value: { names: 7 } }],
    ["a migration that cannot cope", { version: 1, value: null }],
    ["version 0", { version: 0, value: { names: [] } }],
  ])("that is damaged (%s) is set aside, not overwritten", async (_, damaged) => {
    const area = new MemoryArea({ list: damaged });
    const told: string[] = [];
    const value = new StoredValue(area, shape, { onSetAside: (key) => told.push(key) });
    expect(await value.read()).toEqual({ names: [] });
    const aside = Object.keys(area.values).filter((key) => key.startsWith(SET_ASIDE_PREFIX));
    expect(aside).toEqual(told);
    expect(area.values[aside[0] as string]).toEqual(damaged);
    await value.update(() => ({ names: ["Ada"] }));
    expect(area.values[aside[0] as string]).toEqual(damaged);
  });

  test("of a newer add-on is refused and left alone", async () => {
    const newer = { version: 4, value: { people: ["Ada"] } };
    const area = new MemoryArea({ list: newer });
    const value = new StoredValue(area, shape);
    await expect(value.read()).rejects.toMatchObject({ code: "unsupported" });
    await expect(value.update(() => ({ names: [] }))).rejects.toMatchObject({
      code: "unsupported",
    });
    expect(area.values).toEqual({ list: newer });
  });
});

test("accounts and the last backup are read back as they were written", async () => {
  const area = new MemoryArea();
  const calendars = [storedCalendarSample("c1", "https://example.org/ada/work/")];
  const account = storedAccount({ calendars, offered: [], declined: null });
  const last = {
    report: null,
    failure: {
      time: 5,
      error: { code: "place-full" as const, message: "Full", hint: "", details: { free: 0 } },
    },
  };
  await new StoredValue(area, accountsShape).update(() => [account]);
  await new StoredValue(area, lastBackupShape).update(() => last);
  expect(await new StoredValue(area, accountsShape).read()).toEqual([account]);
  expect(await new StoredValue(area, lastBackupShape).read()).toEqual(last);
});
