/** Removing by the policy, in a profile that may be a copy of the one that wrote the snapshots. */
import { beforeEach, expect, test } from "vitest";
import { Operations } from "../../../src/background/commands/operations.ts";
import { Pruning } from "../../../src/background/commands/pruning.ts";
import { backupSettingsShape } from "../../../src/background/settings/backup-settings.ts";
import { StoredValue } from "../../../src/background/settings/stored-value.ts";
import { MemoryArea } from "../../support/memory-area.ts";

let removals: number;
let suspended: boolean;
let pruning: Pruning;

beforeEach(async () => {
  removals = 0;
  suspended = true;
  const settings = new StoredValue(new MemoryArea(), backupSettingsShape);
  await settings.update((old) => ({ ...old, retention: { last: 1 } }));
  pruning = new Pruning({
    operations: new Operations({
      platform: { holdAwake: async () => "lease", releaseAwake: async () => {} },
      broadcast: () => {},
      newId: () => "operation",
      now: () => 0,
    }),
    forgetting: {
      prune: async (_policy, dryRun) => {
        if (!dryRun) removals++;
        return { removed: [], kept: [] };
      },
    },
    settings,
    suspended: async () => suspended,
    broadcast: () => {},
  });
});

test("a copy of the profile removes nothing until the user goes on with it", async () => {
  await expect(pruning.run({})).rejects.toMatchObject({ code: "not-confirmed" });
  await pruning.afterBackup();
  expect(removals).toBe(0);
  expect(await pruning.run({ dryRun: true })).toEqual({ removed: [], kept: [] });
  suspended = false;
  await pruning.run({});
  await pruning.afterBackup();
  expect(removals).toBe(2);
});
