import { expect, test } from "vitest";
import { NO_PRECONDITIONS } from "../../../src/background/webdav/preconditions.ts";
import { statusError } from "../../../src/background/webdav/status-error.ts";

const refusal = { method: "PUT", url: "https://dav.example/c/a.ics?secret=1", retryAfterMs: null };

test.each([
  [401, "unauthorized", "after-user"],
  [403, "forbidden", "after-user"],
  [404, "not-found", "after-user"],
  [410, "not-found", "after-user"],
  [409, "conflict", "after-user"],
  [412, "precondition-failed", "later"],
  [413, "too-large", "after-user"],
  [423, "server-busy", "later"],
  [429, "server-busy", "later"],
  [500, "http", "later"],
  [501, "unsupported", "never"],
  [503, "server-busy", "later"],
  [507, "quota-exceeded", "after-user"],
] as const)("status %s means %s, and says what happened to the data", (status, code, retry) => {
  const error = statusError({ ...refusal, status, preconditions: NO_PRECONDITIONS });
  expect(error).toMatchObject({ code, retry });
  expect(error.hint).toMatch(/kept|deleted/);
  expect(error.message).toContain("dav.example");
  expect(JSON.stringify(error.details)).not.toContain("secret");
});

test("a full store is told by its precondition, whatever the status", () => {
  const preconditions = { ...NO_PRECONDITIONS, names: new Set(["{DAV:}quota-not-exceeded"]) };
  expect(statusError({ ...refusal, status: 403, preconditions }).code).toBe("quota-exceeded");
});
