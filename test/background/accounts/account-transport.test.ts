import { expect, test } from "vitest";
import { AccountTransport } from "../../../src/background/accounts/account-transport.ts";
import { explainTlsFailures } from "../../../src/background/accounts/tls-failures.ts";
import type {
  HttpRequest,
  HttpResponse,
  Transport,
} from "../../../src/background/transport/transport.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { passwordLogins } from "../../support/password-logins.ts";

const URL_HERE = "https://dav.example.org/ada/work/";

function answer(status: number): HttpResponse {
  return {
    status,
    headers: new Headers(),
    url: URL_HERE,
    redirected: false,
    bytes: new Uint8Array(0),
  };
}

/** A server that knows one password, and a vault whose password the test changes. */
function setUp(saved: string | null) {
  const world = { saved, accepted: "right", asked: 0, requests: [] as HttpRequest[] };
  const server: Transport = {
    send: async (request) => {
      world.requests.push(request);
      const accepted = `Basic ${btoa(`ada:${world.accepted}`)}`;
      return answer(request.headers?.Authorization === accepted ? 207 : 401);
    },
  };
  const { logins } = passwordLogins({
    getPassword: async () => {
      world.asked++;
      return world.saved === null ? { missing: true } : { password: world.saved };
    },
    setPassword: async () => ({ ok: true }),
    removePassword: async () => {},
  });
  const account = { origin: "https://dav.example.org", username: "ada" };
  const origins = new Set([account.origin]);
  return { world, transport: new AccountTransport(server, logins, account, origins) };
}

test("the password is asked for once while the server takes it", async () => {
  const { world, transport } = setUp("right");
  const statuses = await Promise.all(
    [1, 2, 3].map(() => transport.send({ method: "PROPFIND", url: URL_HERE })),
  );
  expect(statuses.map(({ status }) => status)).toEqual([207, 207, 207]);
  expect(world.asked).toBe(1);
});

test("a password renewed after a refusal is taken up", async () => {
  const { world, transport } = setUp("old");
  expect((await transport.send({ method: "PROPFIND", url: URL_HERE })).status).toBe(401);
  world.saved = "right";
  expect((await transport.send({ method: "PROPFIND", url: URL_HERE })).status).toBe(207);
});

test("a password renewed while the old one was in use is taken up by the request that is refused", async () => {
  const { world, transport } = setUp("right");
  await transport.send({ method: "PROPFIND", url: URL_HERE });
  world.accepted = "newer";
  world.saved = "newer";
  const put = { method: "PUT", url: URL_HERE, body: "BEGIN:VCALENDAR" };
  expect((await transport.send(put)).status).toBe(207);
  expect(world.requests.at(-1)).toMatchObject(put);
});

test("a refused password that is still the saved one is not tried again by itself", async () => {
  const { world, transport } = setUp("wrong");
  expect((await transport.send({ method: "PROPFIND", url: URL_HERE })).status).toBe(401);
  expect(world.requests).toHaveLength(1);
});

test("without a saved password nothing is sent; once there is one, it works", async () => {
  const { world, transport } = setUp(null);
  await expect(transport.send({ method: "PROPFIND", url: URL_HERE })).rejects.toMatchObject({
    code: "credentials-missing",
  });
  expect(world.requests).toEqual([]);
  world.saved = "right";
  expect((await transport.send({ method: "PROPFIND", url: URL_HERE })).status).toBe(207);
});

test("the password goes to no other host", async () => {
  const { world, transport } = setUp("right");
  await transport.send({ method: "GET", url: "https://elsewhere.example.org/" });
  expect(world.requests[0]?.headers?.Authorization).toBe(undefined);
});

const failing: Transport = {
  send: async () => {
    throw new AppError("network", "No answer.");
  },
};

test("a failure over https that is due to the certificate says so", async () => {
  const transport = explainTlsFailures(failing, async () => ({
    error: "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
  }));
  await expect(transport.send({ method: "GET", url: URL_HERE })).rejects.toMatchObject({
    code: "tls",
    details: { certificate: "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT" },
  });
});

test.each([
  ["the certificate is good", URL_HERE, async () => ({ error: null })],
  [
    "nothing can be learned",
    URL_HERE,
    async () => {
      throw new Error("no");
    },
  ],
  ["it was plain http", "http://dav.example.org/", async () => ({ error: "X" })],
])("a failure stays a network failure when %s", async (_, url, probe) => {
  const transport = explainTlsFailures(failing, probe);
  await expect(transport.send({ method: "GET", url })).rejects.toMatchObject({ code: "network" });
});
