import { describe, expect, test } from "vitest";
import { withRetry } from "../../../src/background/transport/retry.ts";
import {
  backoffMs,
  LONGEST_STATED_WAIT_MS,
  parseRetryAfter,
} from "../../../src/background/transport/retry-after.ts";
import type { HttpResponse, Transport } from "../../../src/background/transport/transport.ts";
import { AppError } from "../../../src/shared/errors.ts";

const NOW = Date.parse("Thu, 01 Jan 2026 12:00:00 GMT");

describe("Retry-After (RFC 9110 §10.2.3)", () => {
  test.each([
    ["seconds", "120", null, 120_000],
    ["a date, by our clock", "Thu, 01 Jan 2026 12:01:00 GMT", null, 60_000],
    [
      "a date, by the server's clock, which is wrong",
      "Thu, 01 Jan 1970 00:01:00 GMT",
      "Thu, 01 Jan 1970 00:00:00 GMT",
      60_000,
    ],
    ["a date that has passed", "Thu, 01 Jan 2026 11:00:00 GMT", null, 0],
    ["a year", "31536000", null, LONGEST_STATED_WAIT_MS],
    ["more than a number can be", "9".repeat(400), null, LONGEST_STATED_WAIT_MS],
    ["nothing", null, null, null],
    ["something else", "soon", null, null],
    ["a negative number", "-5", null, null],
  ])("%s", (_, value, date, expected) => {
    expect(parseRetryAfter(value, date, NOW)).toBe(expected);
  });
});

test("waits grow, vary, and stay below a limit", () => {
  expect(backoffMs(1, 0)).toBeGreaterThan(backoffMs(0, 0));
  expect(backoffMs(0, 0.99)).toBeGreaterThan(backoffMs(0, 0));
  expect(backoffMs(30, 0.99)).toBe(backoffMs(20, 0.99));
});

function answer(status: number, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: new Headers(headers),
    url: "https://h.example/",
    redirected: false,
    bytes: new Uint8Array(),
  };
}

/** Answers with one after the other, the last one again and again. */
function scripted(...script: (HttpResponse | AppError)[]) {
  const state = { sent: 0, waits: [] as number[] };
  const transport: Transport = {
    send() {
      const next = script[Math.min(state.sent++, script.length - 1)];
      return next instanceof AppError || next === undefined
        ? Promise.reject(next)
        : Promise.resolve(next);
    },
  };
  const retrying = withRetry(transport, {
    now: () => NOW,
    random: () => 0,
    wait: (ms) => {
      state.waits.push(ms);
      return Promise.resolve();
    },
  });
  const send = (method: string) => retrying.send({ method, url: "https://h.example/" });
  return { state, send };
}

const lost = new AppError("network", "lost");

describe("a request that changes nothing is repeated", () => {
  test.each(["GET", "PROPFIND", "REPORT"])("%s after a lost connection", async (method) => {
    const { state, send } = scripted(lost, answer(207));
    expect((await send(method)).status).toBe(207);
    expect(state.sent).toBe(2);
  });

  test("after the time a busy server names", async () => {
    const { state, send } = scripted(answer(503, { "Retry-After": "7" }), answer(200));
    expect((await send("GET")).status).toBe(200);
    expect(state.waits).toEqual([7_000]);
  });

  test("but not when it names a long time: the next sync is early enough", async () => {
    const { state, send } = scripted(answer(429, { "Retry-After": "3600" }), answer(200));
    expect((await send("GET")).status).toBe(429);
    expect(state.waits).toEqual([]);
  });

  test("a few times only", async () => {
    const { state, send } = scripted(lost);
    await expect(send("GET")).rejects.toBe(lost);
    expect(state.sent).toBe(3);
  });
});

describe("nothing else is", () => {
  test.each(["PUT", "DELETE", "MKCALENDAR", "PROPPATCH", "POST"])(
    "%s goes out once",
    async (method) => {
      const { state, send } = scripted(lost, answer(201));
      await expect(send(method)).rejects.toBe(lost);
      const busy = scripted(answer(503), answer(201));
      expect((await busy.send(method)).status).toBe(503);
      expect([state.sent, busy.state.sent]).toEqual([1, 1]);
    },
  );

  test.each(["timeout", "aborted", "offline", "too-large"] as const)(
    "an error %s",
    async (code) => {
      const { state, send } = scripted(new AppError(code, ""), answer(200));
      await expect(send("GET")).rejects.toMatchObject({ code });
      expect(state.sent).toBe(1);
    },
  );

  test.each([401, 403, 404, 500, 502])("an answer with %s", async (status) => {
    const { state, send } = scripted(answer(status), answer(200));
    expect((await send("GET")).status).toBe(status);
    expect(state.sent).toBe(1);
  });
});

test("a wait ends when the caller stops", async () => {
  const controller = new AbortController();
  const busy: Transport = {
    send() {
      queueMicrotask(() => controller.abort());
      return Promise.resolve(answer(503, { "Retry-After": "9" }));
    },
  };
  const sending = withRetry(busy).send({
    method: "GET",
    url: "https://h.example/",
    signal: controller.signal,
  });
  await expect(sending).rejects.toMatchObject({ code: "aborted" });
});
