import { describe, expect, test } from "vitest";
import { add, closingLine, NONE, readReport } from "../../scripts/test-results.ts";

const report = (files: { status: string; tests: string[] }[]) =>
  JSON.stringify({
    testResults: files.map(({ status, tests }, index) => ({
      name: `file${index}`,
      status,
      assertionResults: tests.map((entry, number) => ({ status: entry, fullName: `t${number}` })),
    })),
  });

describe("counting a test run", () => {
  test("passed, failed and skipped tests are told apart", () => {
    const json = report([{ status: "failed", tests: ["passed", "failed", "pending", "todo"] }]);
    expect(readReport(json, 1).counts).toEqual({ passed: 1, failed: 1, skipped: 2 });
  });

  test("a file that cannot be loaded is a failure", () => {
    const json = report([
      { status: "passed", tests: ["passed"] },
      { status: "failed", tests: [] },
    ]);
    expect(readReport(json, 1).counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test("a run that breaks down without a failed test is a failure", () => {
    expect(readReport(report([{ status: "passed", tests: ["passed"] }]), 1).counts.failed).toBe(1);
    expect(readReport(null, -1).counts).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("the closing line names skipped tests only when there are some", () => {
    const some = add({ passed: 2, failed: 0, skipped: 0 }, { passed: 1, failed: 3, skipped: 0 });
    expect(closingLine(some)).toBe("3 passed, 3 failed");
    expect(closingLine(add(some, { ...NONE, skipped: 4 }))).toBe("3 passed, 3 failed, 4 skipped");
  });
});
