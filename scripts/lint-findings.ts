/** What `web-ext lint --output json` found, less the one finding that every experiment add-on has. Pure. */

export interface LintFinding {
  readonly code: string;
  readonly message: string;
  readonly file: string;
}

interface LintReport {
  readonly errors?: readonly {
    code?: string;
    message?: string;
    description?: string;
    file?: string;
  }[];
}

/**
 * Errors beside the expected one: only privileged add-ons may have `experiment_apis`, says addons.mozilla.org's
 * rule; Thunderbird takes them. @throws SyntaxError when the output is no report
 */
export function unexpectedFindings(json: string): LintFinding[] {
  const report = JSON.parse(json.slice(json.indexOf("{"))) as LintReport;
  if (!Array.isArray(report.errors))
    throw new SyntaxError("the output is no report of web-ext lint");
  return report.errors
    .map(({ code = "", message = "", description = "", file = "" }) => ({
      code,
      message: message || description,
      file,
    }))
    .filter(
      ({ code, message }) =>
        !(code === "MANIFEST_FIELD_PRIVILEGED" && message.includes("experiment_apis")),
    );
}
