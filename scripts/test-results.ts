/** Results of one test run from vitest's JSON report, and the closing line over all runs. Pure. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

export interface TestRun {
  readonly counts: Counts;
  /** Full names of skipped tests: a suite that lacks a program says so in its name. */
  readonly skippedNames: readonly string[];
  readonly failedNames: readonly string[];
}

interface VitestReport {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * @param json the report's text; `null` where the run left none
 * @param exitCode of vitest: a run that failed without a failed test (an error outside of tests) counts one failure
 */
export function readReport(json: string | null, exitCode: number): TestRun {
  const report = json === null ? null : (JSON.parse(json) as VitestReport);
  const skippedNames: string[] = [];
  const failedNames: string[] = [];
  let passed = 0;
  for (const file of report?.testResults ?? []) {
    for (const { status, fullName } of file.assertionResults) {
      if (status === "passed") passed++;
      else if (status === "failed") failedNames.push(fullName);
      else skippedNames.push(fullName);
    }
    // A file that could not be loaded, or whose beforeAll failed, has failed without a failed test in it.
    if (
      file.status === "failed" &&
      !file.assertionResults.some((test) => test.status === "failed")
    ) {
      failedNames.push(`${file.name} (could not run)`);
    }
  }
  if (exitCode !== 0 && failedNames.length === 0) failedNames.push("the test run itself");
  return {
    counts: { passed, failed: failedNames.length, skipped: skippedNames.length },
    skippedNames,
    failedNames,
  };
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
