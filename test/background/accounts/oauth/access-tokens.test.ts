import { expect, test } from "vitest";
import { AccessTokens } from "../../../../src/background/accounts/oauth/access-tokens.ts";
import { MemoryVault } from "../../../support/memory-vault.ts";

const ACCOUNT = {
  origin: "https://dav.example.org",
  username: "ada",
  oauth: { name: "google", host: "dav.example.org" },
};
const CLIENT = {
  clientId: "keeper",
  clientSecret: null,
  scope: "calendar",
  issuer: null,
  authorizationEndpoint: "https://id.example.org/auth",
  tokenEndpoint: "https://id.example.org/token",
  redirectUri: "http://localhost",
};

/** A provider that gives `access 1`, `access 2`, … */
function setUp() {
  let refreshes = 0;
  const tokens = new AccessTokens({
    session: new MemoryVault(),
    vault: {
      client: async () => CLIENT,
      refreshToken: async () => "refresh",
      save: async () => {},
    },
    endpoint: {
      refresh: async () => {
        refreshes++;
        return { accessToken: `access ${refreshes}`, expiresAt: 3_600_000, refreshToken: null };
      },
    },
    now: () => 0,
  });
  return { tokens, refreshes: () => refreshes };
}

test("who was refused a token does not get it again from somebody who asked before the refusal", async () => {
  const { tokens, refreshes } = setUp();
  const refused = await tokens.get(ACCOUNT);
  const [before, ...after] = await Promise.all([
    tokens.get(ACCOUNT),
    tokens.get(ACCOUNT, refused),
    tokens.get(ACCOUNT, refused),
  ]);
  expect(before).toBe("access 1");
  expect(after).toEqual(["access 2", "access 2"]);
  expect(refreshes()).toBe(2);
});
