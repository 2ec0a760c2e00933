import { expect, test } from "vitest";
import { withHostQueue } from "../../../src/background/transport/host-queue.ts";
import { withRetry } from "../../../src/background/transport/retry.ts";
import type { HttpResponse, Transport } from "../../../src/background/transport/transport.ts";

const get = (url: string, signal?: AbortSignal) =>
  signal === undefined ? { method: "GET", url } : { method: "GET", url, signal };

function answer(url: string, status = 200, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers: new Headers(headers), url, redirected: false, bytes: new Uint8Array() };
}

/** A server whose answers wait until they are let go. */
function held() {
  const waiting: (() => void)[] = [];
  const state = { inFlight: 0, most: 0, sent: [] as string[] };
  const transport: Transport = {
    async send({ url, signal }) {
      signal?.throwIfAborted();
      state.sent.push(url);
      state.most = Math.max(state.most, ++state.inFlight);
      await new Promise<void>((resolve) => waiting.push(resolve));
      state.inFlight--;
      return answer(url);
    },
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const letGo = async () => {
    for (const go of waiting.splice(0)) go();
    await settle();
  };
  return { state, transport, letGo, settle };
}

test("a host gets a few requests at a time, in order; another host does not wait for it", async () => {
  const { state, transport, letGo, settle } = held();
  const queue = withHostQueue(transport, { inFlight: 2 });
  const urls = [1, 2, 3, 4, 5].map((number) => `https://a.example/${number}`);
  const sending = urls.map((url) => queue.send(get(url)));
  const other = queue.send(get("https://b.example/"));
  await settle();
  expect(state.sent).toEqual([...urls.slice(0, 2), "https://b.example/"]);
  for (let round = 0; round < 4; round++) await letGo();
  expect((await Promise.all(sending)).map(({ url }) => url)).toEqual(urls);
  expect((await other).status).toBe(200);
  expect(state.most).toBe(3);
});

test("a request that is stopped while it waits ends, and keeps nobody's place", async () => {
  const { state, transport, letGo, settle } = held();
  const queue = withHostQueue(transport, { inFlight: 1 });
  const controller = new AbortController();
  const first = queue.send(get("https://a.example/1"));
  const stopped = queue.send(get("https://a.example/2", controller.signal));
  const third = queue.send(get("https://a.example/3"));
  await settle();
  controller.abort();
  await expect(stopped).rejects.toThrow();
  expect(state.sent).toEqual(["https://a.example/1"]);
  await letGo();
  await letGo();
  expect([(await first).status, (await third).status]).toEqual([200, 200]);
  expect(state.most).toBe(1);
});

function busyOnce(retryAfter: string) {
  const world = { now: 1_000_000, sent: 0 };
  const transport: Transport = {
    send: async ({ url }) =>
      ++world.sent === 1 ? answer(url, 429, { "Retry-After": retryAfter }) : answer(url),
  };
  return { world, queue: withHostQueue(transport, { now: () => world.now }) };
}

test("while a host asks to wait, nothing is sent to it, whoever asks", async () => {
  const { world, queue } = busyOnce("60");
  expect((await queue.send(get("https://a.example/1"))).status).toBe(429);
  await expect(queue.send(get("https://a.example/2"))).rejects.toMatchObject({
    code: "server-busy",
    details: { retryAfterMs: 60_000 },
  });
  expect(world.sent).toBe(1);
  world.now += 60_000;
  expect((await queue.send(get("https://a.example/2"))).status).toBe(200);
});

test("a host that asks for a day is asked again before", async () => {
  const { world, queue } = busyOnce("86400");
  await queue.send(get("https://a.example/1"));
  world.now += 20 * 60_000;
  expect((await queue.send(get("https://a.example/2"))).status).toBe(200);
});

test("a short wait is waited out by the request that met it", async () => {
  const { world, queue } = busyOnce("5");
  const retrying = withRetry(queue, {
    now: () => world.now,
    random: () => 0,
    wait: async (ms) => {
      world.now += ms;
    },
  });
  expect((await retrying.send(get("https://a.example/1"))).status).toBe(200);
});
