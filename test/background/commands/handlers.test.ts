import { expect, test } from "vitest";
import { STORE_WORK } from "../../../src/background/commands/backup-runs.ts";
import { createHandlers } from "../../../src/background/commands/handlers.ts";
import { Operations } from "../../../src/background/commands/operations.ts";

test("the backup directory cannot be changed under a backup that is running", async () => {
  const operations = new Operations({
    platform: { holdAwake: async () => "lease", releaseAwake: async () => {} },
    broadcast: () => {},
    newId: () => crypto.randomUUID(),
    now: Date.now,
  });
  const configured: unknown[] = [];
  const handlers = createHandlers({
    operations,
    backupPlace: {
      configure: async (args: unknown) => {
        configured.push(args);
        return {};
      },
    },
    broadcast: () => {},
  } as never);
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const running = operations.run("backup.run", () => ended, { exclusive: STORE_WORK });
  await expect(handlers["backup.configure"]({ directory: "/mnt/x" })).rejects.toMatchObject({
    code: "busy",
    details: { running: "backup.run" },
  });
  await handlers["backup.configure"]({});
  end();
  await running;
  await handlers["backup.configure"]({ directory: "/mnt/x" });
  expect(configured).toEqual([{}, { directory: "/mnt/x" }]);
});
