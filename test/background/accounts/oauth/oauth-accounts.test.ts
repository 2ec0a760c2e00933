/** Accounts without a password, at a real OpenID Connect provider and a CalDAV server that takes its tokens only. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { OAuthArguments } from "../../../../src/shared/commands.ts";
import { type OAuthWorld, startOAuthWorld } from "../../../support/oauth-world.ts";
import { PUBLIC_CLIENT, SECRET_CLIENT } from "../../../support/oidc-server.ts";

const { signal } = new AbortController();
let world: OAuthWorld;

afterEach(() => world.stop());

function own(changes: Partial<OAuthArguments> = {}): OAuthArguments {
  return { name: "home", clientId: PUBLIC_CLIENT, issuer: world.oidc.issuer, ...changes };
}

const who = (oauth: OAuthArguments = own()) => ({
  location: world.caldav.url,
  username: "keeper",
  oauth,
});

/** An account with the server's one calendar. */
async function added(oauth: OAuthArguments = own()) {
  const background = world.start();
  const { calendars } = await background.accounts.discover(who(oauth), signal);
  const urls = calendars.map(({ url }) => url);
  const { accountId } = await background.accounts.add({ ...who(oauth), calendars: urls }, signal);
  return { ...background, accountId };
}

/** What a poll asks first; the number of calendars seen. */
async function poll({ accounts, servers }: ReturnType<OAuthWorld["start"]>): Promise<number> {
  const [account] = await accounts.list();
  if (!account) throw new Error("there is no account");
  const listings = await servers.listings(await accounts.get(account.id), signal);
  return listings.reduce((sum, { calendars }) => sum + calendars.size, 0);
}

/** The refresh token, wherever it was put. */
const saved = () => [...world.vault.passwords.values()];

test("one sign-in leads from looking for calendars to a working account, with proof key and state", async () => {
  world = await startOAuthWorld();
  const background = await added();
  expect(await poll(background)).toBe(1);
  expect(world.windows).toBe(1);
  const { asked } = world.oidc;
  expect(asked.get("code_challenge_method")).toBe("S256");
  expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/);
  expect(asked.get("state")).toMatch(/^[\w-]{43}$/);
  expect(asked.get("login_hint")).toBe("keeper");
  expect(await background.accounts.list()).toMatchObject([
    { signIn: { kind: "oauth", name: "home" }, calendars: [{ name: "work" }] },
  ]);
});

test("the refresh token lies in the password manager and nowhere else, and goes with the account", async () => {
  world = await startOAuthWorld();
  const { accounts, accountId } = await added();
  expect(saved()).toHaveLength(1);
  const remembered = JSON.stringify([world.area.values, [...world.vault.keys.values()]]);
  expect(remembered).not.toContain(saved()[0]);
  await accounts.remove({ accountId });
  expect(saved()).toEqual([]);
  expect(JSON.stringify([...world.vault.keys.values()])).not.toContain("accessToken");
});

test("a provider that takes a client's secret in the header only gets it there, again after a restart", async () => {
  world = await startOAuthWorld({ secrets: "client_secret_basic" });
  const background = await added(own(SECRET_CLIENT));
  await world.oidc.expireAccessTokens();
  expect(await poll(world.start())).toBe(1);
  expect(world.oidc.grants("refresh_token")).toBe(1);
  const asked = world.oidc.requests.filter(({ path }) => path === "/token");
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  expect(asked.some(({ form }) => form.has("client_secret"))).toBe(false);
  await background.accounts.remove({ accountId: background.accountId });
});

test("a sign-in that Thunderbird has for somebody else is not used: a window asks", async () => {
  world = await startOAuthWorld();
  world.knownClients.set("127.0.0.1", {
    clientId: PUBLIC_CLIENT,
    clientSecret: null,
    scope: "openid offline_access",
    issuer: world.oidc.issuer,
    authorizationEndpoint: `${world.oidc.issuer}/auth`,
    tokenEndpoint: `${world.oidc.issuer}/token`,
    redirectUri: "http://localhost",
  });
  world.thunderbirdTokens.set("127.0.0.1 somebody", "a token of somebody else");
  await world.start().accounts.discover(who({ name: "thunderbird" }), signal);
  expect(world.windows).toBe(1);
  expect(world.oidc.grants("refresh_token")).toBe(0);
  expect(world.thunderbirdTokens.get("127.0.0.1 somebody")).toBe("a token of somebody else");
});

test("a client with a secret signs in with it; the secret is kept apart and goes with the last account", async () => {
  world = await startOAuthWorld();
  const background = await added(own(SECRET_CLIENT));
  expect(saved()).toContain(SECRET_CLIENT.clientSecret);
  expect(JSON.stringify(world.area.values)).not.toContain(SECRET_CLIENT.clientSecret);
  await world.oidc.expireAccessTokens();
  expect(await poll(background)).toBe(1);
  expect(world.oidc.grants("refresh_token")).toBe(1);
  await background.accounts.remove({ accountId: background.accountId });
  expect(saved()).toEqual([]);
});

test("an access token lasts over restarts of the background, and is renewed a minute before its end", async () => {
  world = await startOAuthWorld({ accessTokenSeconds: 600 });
  await added();
  expect(await poll(world.start())).toBe(1);
  expect(world.oidc.grants("refresh_token")).toBe(0);
  world.now += 545_000;
  expect(await poll(world.start())).toBe(1);
  expect(world.oidc.grants("refresh_token")).toBe(1);
  expect(world.windows).toBe(1);
});

test.each([true, false])(
  "many requests at once make one refresh (new refresh token each time: %s)",
  async (rotates) => {
    world = await startOAuthWorld({ rotates });
    const background = await added();
    await world.oidc.expireAccessTokens();
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => poll(background)))).toEqual([1, 1, 1, 1, 1]);
    expect(world.oidc.grants("refresh_token")).toBe(1);
    await world.oidc.expireAccessTokens();
    expect(await poll(world.start())).toBe(1);
    expect(world.windows).toBe(1);
  },
);

test("after it was revoked no window opens by itself; signing in again brings the account back", async () => {
  world = await startOAuthWorld();
  const background = await added();
  await world.oidc.revokeEverything();
  await expect(poll(background)).rejects.toMatchObject({
    code: "sign-in-needed",
    hint: expect.stringContaining("still here"),
  });
  expect(world.windows).toBe(1);
  world.synced.length = 0;
  await background.signIns.signIn({ accountId: background.accountId }, signal);
  expect(world.windows).toBe(2);
  expect(world.synced).toHaveLength(1);
  expect(await poll(world.start())).toBe(1);
});

test("signing in as somebody else is noticed, and what was there stays", async () => {
  world = await startOAuthWorld();
  const background = await added();
  const before = saved();
  world.person = { name: "mallory" };
  const again = background.signIns.signIn({ accountId: background.accountId }, signal);
  await expect(again).rejects.toMatchObject({ code: "unauthorized" });
  expect(saved()).toEqual(before);
  expect(await poll(background)).toBe(1);
});

test("a search that fails with a sign-in does not use it again: the person may have been somebody else", async () => {
  world = await startOAuthWorld();
  world.person = { name: "mallory" };
  const { accounts } = world.start();
  const looking = accounts.discover(who(), signal);
  await expect(looking).rejects.toMatchObject({ code: "unauthorized" });
  world.person = { name: "keeper" };
  expect((await accounts.discover(who(), signal)).calendars).toHaveLength(1);
  expect(world.windows).toBe(2);
});

test("a search that ends in a question goes on with the same sign-in after the answer", async () => {
  world = await startOAuthWorld();
  const elsewhere = createServer((_, response) => {
    response.writeHead(307, { Location: world.caldav.url }).end();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const { port } = elsewhere.address() as AddressInfo;
  const { accounts } = world.start();
  const led = { ...who(), location: `http://localhost:${port}/` };
  try {
    const looking = accounts.discover(led, signal);
    await expect(looking).rejects.toMatchObject({ code: "host-not-agreed" });
    const { host } = new URL(world.caldav.url);
    const { calendars } = await accounts.discover({ ...led, agreedHosts: [host] }, signal);
    expect(calendars).toHaveLength(1);
    expect(world.windows).toBe(1);
  } finally {
    elsewhere.close();
  }
});

test("a provider that is down is waited for, and the sign-in stays", async () => {
  world = await startOAuthWorld();
  const background = await added();
  await world.oidc.expireAccessTokens();
  const before = saved();
  await world.oidc.stop();
  await expect(poll(background)).rejects.toMatchObject({ code: "network" });
  expect(saved()).toEqual(before);
});

test("locked passwords are told apart from a lost sign-in", async () => {
  world = await startOAuthWorld();
  const background = await added();
  await world.oidc.expireAccessTokens();
  world.vault.locked = true;
  await expect(poll(background)).rejects.toMatchObject({ code: "credentials-locked" });
  world.vault.locked = false;
  expect(await poll(background)).toBe(1);
});

test.each([
  ["says no", { name: "keeper", deny: true }, "sign-in-refused", /not allowed/],
  ["closes the window", "closes" as const, "aborted", /closed/],
])("a person who %s gets a clear answer and no account", async (_, person, code, message) => {
  world = await startOAuthWorld();
  world.person = person;
  const looking = world.start().accounts.discover(who(), signal);
  await expect(looking).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(saved()).toEqual([]);
});

test("a sign-in that is cancelled closes its window", async () => {
  world = await startOAuthWorld();
  world.person = "waits";
  const controller = new AbortController();
  const looking = world.start().accounts.discover(who(), controller.signal);
  await expect.poll(() => world.windows).toBe(1);
  controller.abort();
  await expect(looking).rejects.toMatchObject({ code: "aborted" });
});

test.each([
  ["state", (url: string) => url.replace(/state=[^&]*/, "state=forged")],
  ["issuer", (url: string) => url.replace(/iss=[^&]*/, "iss=https%3A%2F%2Fevil.example")],
])("an answer with a forged %s is thrown away, its code never used", async (_, tamper) => {
  world = await startOAuthWorld();
  world.tamper = tamper;
  await expect(world.start().accounts.discover(who(), signal)).rejects.toMatchObject({
    code: "sign-in-refused",
  });
  expect(world.oidc.grants("authorization_code")).toBe(0);
});

test("endpoints written out need no look-up; a client the provider does not know is named", async () => {
  world = await startOAuthWorld();
  const { issuer } = world.oidc;
  const endpoints = { authorizationEndpoint: `${issuer}/auth`, tokenEndpoint: `${issuer}/token` };
  const oauth = {
    name: "home",
    clientId: PUBLIC_CLIENT,
    scope: "openid offline_access",
    ...endpoints,
  };
  expect(await poll(await added(oauth))).toBe(1);
  const wrong = {
    ...oauth,
    tokenEndpoint: `${issuer}/token`,
    ...SECRET_CLIENT,
    clientSecret: "wrong",
  };
  const looking = world.start().accounts.discover({ ...who(wrong), username: "keeper" }, signal);
  await expect(looking).rejects.toMatchObject({ code: "sign-in-refused" });
});

test("a scope that does not let us stay signed in is said so at once", async () => {
  world = await startOAuthWorld();
  const looking = world.start().accounts.discover(who(own({ scope: "openid" })), signal);
  await expect(looking).rejects.toMatchObject({
    code: "sign-in-refused",
    hint: expect.stringContaining("offline_access"),
  });
});

/** Thunderbird knows how to sign in there by itself. */
function makeKnown(): void {
  const { issuer } = world.oidc;
  world.knownClients.set("127.0.0.1", {
    clientId: PUBLIC_CLIENT,
    clientSecret: null,
    scope: "openid offline_access",
    issuer,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    redirectUri: "http://localhost",
  });
}

const theirToken = () => world.thunderbirdTokens.get("127.0.0.1 keeper");

test("Thunderbird's own sign-in is used where it has one, without a window, and stays when the account goes", async () => {
  world = await startOAuthWorld();
  makeKnown();
  const background = await added({ name: "thunderbird" });
  expect(world.windows).toBe(1);
  expect(saved()).toEqual([]);
  expect([...world.thunderbirdTokens.keys()]).toEqual(["127.0.0.1 keeper"]);
  await background.accounts.remove({ accountId: background.accountId });
  expect(world.thunderbirdTokens.size).toBe(1);
  const again = await added({ name: "thunderbird" });
  await world.oidc.expireAccessTokens();
  expect(await poll(again)).toBe(1);
  expect(world.windows).toBe(1);
});

test("a refreshed token of Thunderbird's takes the place of the one it was got with, of a search's too", async () => {
  world = await startOAuthWorld({ rotates: true });
  makeKnown();
  const background = await added({ name: "thunderbird" });
  expect(world.refreshedFrom).toEqual([null]);
  const first = theirToken();
  await world.oidc.expireAccessTokens();
  await poll(background);
  const second = theirToken();
  expect(second).not.toBe(first);
  expect(world.refreshedFrom).toEqual([null, first]);
  await background.accounts.discover(who({ name: "thunderbird" }), signal);
  expect(theirToken()).not.toBe(second);
  expect(world.refreshedFrom).toEqual([null, first, second]);
  await added({ name: "thunderbird" });
  expect(world.refreshedFrom).toHaveLength(3);
  expect(world.windows).toBe(1);
});

test("signing in again is told apart from a refresh", async () => {
  world = await startOAuthWorld();
  makeKnown();
  const { signIns, accountId } = await added({ name: "thunderbird" });
  await signIns.signIn({ accountId }, signal);
  expect(world.refreshedFrom).toEqual([null, null]);
});

test.each([
  ["microsoft", /no CalDAV/, /DavMail/],
  ["Apple", /iCloud/, /app-specific password/],
])("%s is answered with the truth, before any window", async (name, message, hint) => {
  world = await startOAuthWorld();
  await expect(world.start().accounts.discover(who({ name }), signal)).rejects.toMatchObject({
    code: "unsupported",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
  expect(world.windows).toBe(0);
});

test.each([
  [{ name: "home" }, "oauth.clientId"],
  [{ name: "home", clientId: "x" }, "oauth.issuer"],
])("what is missing is named: %o", async (oauth, argument) => {
  world = await startOAuthWorld();
  await expect(world.start().accounts.discover(who(oauth), signal)).rejects.toMatchObject({
    code: "bad-argument",
    details: { argument },
  });
});
