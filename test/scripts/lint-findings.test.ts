import { expect, test } from "vitest";
import { unexpectedFindings } from "../../scripts/lint-findings.ts";

const privileged = {
  code: "MANIFEST_FIELD_PRIVILEGED",
  message: '"experiment_apis" is a privileged field',
  file: "manifest.json",
};

test("only the finding that every experiment add-on has is let through", () => {
  const other = { code: "MANIFEST_FIELD_PRIVILEGED", message: '"theme_experiment"', file: "m" };
  const error = { code: "JS_SYNTAX_ERROR", message: "broken", file: "background.js" };
  expect(unexpectedFindings(JSON.stringify({ errors: [privileged] }))).toEqual([]);
  expect(unexpectedFindings(JSON.stringify({ errors: [privileged, other, error] }))).toEqual([
    other,
    error,
  ]);
});

test("output that is no report is not taken for a clean one", () => {
  expect(() => unexpectedFindings("web-ext crashed")).toThrow(SyntaxError);
  expect(() => unexpectedFindings("{}")).toThrow(SyntaxError);
});
