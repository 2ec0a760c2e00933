import { defineConfig } from "vitest/config";

// Four layers, each a project: unit (no process, no network beyond loopback), integration (real CalDAV servers),
// interop (the real plakar), e2e (the real Thunderbird). The last three run one file at a time: they share the machine.
// `slow` is more of interop, run by `npm run test:slow` only, as are the properties on examples drawn anew.
// Many runs of a property take as long as they take.
const patience = process.env.KEEPER_RUNS === undefined ? 240_000 : 30 * 60_000;
const serial = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    // Vitest leaves a core idle by itself; nothing else runs beside the tests.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/integration/**", "test/interop/**", "test/e2e/**", "test/slow/**"],
          setupFiles: ["test/support/fixed-seed.ts"],
          // A machine that does other work as well must not decide a property test.
          testTimeout: patience,
          hookTimeout: 120_000,
        },
      },
      { test: { name: "integration", include: ["test/integration/**/*.test.ts"], ...serial } },
      { test: { name: "interop", include: ["test/interop/**/*.test.ts"], ...serial } },
      { test: { name: "slow", include: ["test/slow/**/*.test.ts"], ...serial } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...serial } },
    ],
  },
});
