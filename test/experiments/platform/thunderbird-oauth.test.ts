import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  getThunderbirdToken,
  setThunderbirdToken,
} from "../../../src/experiments/platform/thunderbird-oauth.ts";

const HOST = "apidata.example.org";
const ORIGIN = "oauth://accounts.example.org";
const NARROW = "calendar";
const WIDE = "mail contacts calendar";

class Login {
  origin = "";
  httpRealm = "";
  username = "";
  password = "";

  init(origin: string, _: null, realm: string, username: string, password: string): void {
    Object.assign(this, { origin, httpRealm: realm, username, password });
  }
}

let logins: Login[] = [];

function save(httpRealm: string, password: string, username = "ada"): void {
  logins.push(Object.assign(new Login(), { origin: ORIGIN, httpRealm, username, password }));
}

/** Realm, person, token. */
const saved = () =>
  logins.map(({ httpRealm, username, password }) => [httpRealm, username, password]);

beforeEach(() => {
  logins = [];
  const components = {
    "@mozilla.org/login-manager/loginInfo;1": { createInstance: () => new Login() },
    "@mozilla.org/hash-property-bag;1": {
      createInstance: () => {
        const values: Record<string, unknown> = {};
        const setProperty = (name: string, value: unknown) => {
          values[name] = value;
        };
        return { values, setProperty };
      },
    },
  };
  const providers = {
    getHostnameDetails: () => ({ issuer: "accounts.example.org", requiredScopes: NARROW }),
    getIssuerDetails: () => ({ name: "accounts.example.org", clientId: "thunderbird" }),
  };
  vi.stubGlobal("Cc", components);
  vi.stubGlobal("Ci", { nsILoginInfo: {}, nsIWritablePropertyBag: {} });
  vi.stubGlobal("ChromeUtils", { importESModule: () => ({ OAuth2Providers: providers }) });
  vi.stubGlobal("Services", {
    logins: {
      isLoggedIn: true,
      searchLoginsAsync: async ({ origin }: { origin: string }) =>
        logins.filter((login) => login.origin === origin),
      addLoginAsync: async (login: Login) => void logins.push(login),
      modifyLoginAsync: async (login: Login, { values }: { values: object }) =>
        void Object.assign(login, values),
    },
  });
});

afterEach(() => vi.unstubAllGlobals());

test("a sign-in for calendars alone leaves the login alone that is for mail too", async () => {
  save(WIDE, "wide");
  expect(await setThunderbirdToken(HOST, "ada", "narrow", null)).toEqual({ ok: true });
  expect(saved()).toEqual([
    [WIDE, "ada", "wide"],
    [NARROW, "ada", "narrow"],
  ]);
  expect(await getThunderbirdToken(HOST, "ada")).toEqual({ token: "narrow" });
  await setThunderbirdToken(HOST, "ada", "narrow 2", null);
  expect(saved()).toEqual([
    [WIDE, "ada", "wide"],
    [NARROW, "ada", "narrow 2"],
  ]);
});

test.each([WIDE, NARROW])(
  "a refreshed token goes to the login it was refreshed from (%s)",
  async (realm) => {
    save(WIDE, "of wide");
    save(NARROW, "of narrow");
    const from = realm === WIDE ? "of wide" : "of narrow";
    await setThunderbirdToken(HOST, "ada", "new", from);
    expect(saved()).toEqual([
      [WIDE, "ada", realm === WIDE ? "new" : "of wide"],
      [NARROW, "ada", realm === NARROW ? "new" : "of narrow"],
    ]);
  },
);

test("where the login it was refreshed from has another token by now, that one stays", async () => {
  save(WIDE, "newer");
  await setThunderbirdToken(HOST, "ada", "new", "old");
  expect(saved()).toEqual([
    [WIDE, "ada", "newer"],
    [NARROW, "ada", "new"],
  ]);
});

test("a login that covers calendars is used; one that does not, or of somebody else, is not", async () => {
  save("mail", "mail only");
  save(NARROW, "bob's", "bob");
  expect(await getThunderbirdToken(HOST, "ada")).toEqual({ missing: true });
  save(WIDE, "wide");
  expect(await getThunderbirdToken(HOST, "ada")).toEqual({ token: "wide" });
});
