/**
 * Accounts that sign in at a real provider (test/support/oidc-server.ts) and use a CalDAV server that takes its
 * tokens only; of Thunderbird there is the password manager in memory, and a person at the provider's pages.
 */
import { AccountLogins } from "../../src/background/accounts/account-logins.ts";
import { AccountServers } from "../../src/background/accounts/account-servers.ts";
import { Accounts } from "../../src/background/accounts/accounts.ts";
import { Credentials } from "../../src/background/accounts/credentials.ts";
import { makeOAuth } from "../../src/background/accounts/oauth/make-oauth.ts";
import { serverDiscovery } from "../../src/background/accounts/server-discovery.ts";
import { SignIns } from "../../src/background/accounts/sign-ins.ts";
import {
  accountsShape,
  type StoredAccount,
} from "../../src/background/settings/account-settings.ts";
import { goneCalendarsShape } from "../../src/background/settings/gone-calendars.ts";
import { StoredValue } from "../../src/background/settings/stored-value.ts";
import { syncStatusShape } from "../../src/background/settings/sync-status.ts";
import { FetchTransport } from "../../src/background/transport/fetch-transport.ts";
import { AppError, toWire } from "../../src/shared/errors.ts";
import { type CaldavTestServer, startCaldavTestServer } from "./caldav-test-server/server.ts";
import { parseXmlDocument } from "./dom-parser.ts";
import { FakeCalendars } from "./fake-calendars.ts";
import { MemoryArea } from "./memory-area.ts";
import { MemoryVault } from "./memory-vault.ts";
import { type OidcServer, type OidcServerOptions, startOidcServer } from "./oidc-server.ts";
import { type Person, signInAtPages } from "./provider-pages.ts";

type ThunderbirdClient = NonNullable<
  Awaited<ReturnType<typeof messenger.platform.findOAuthClient>>
>;

/** The background's own page has one. */
Object.assign(globalThis, {
  DOMParser: class {
    parseFromString = parseXmlDocument;
  },
});

export class OAuthWorld {
  readonly vault = new MemoryVault();
  readonly area = new MemoryArea();
  readonly thunderbird = new FakeCalendars();
  /** What Thunderbird knows by itself, by host, and its own tokens by host and person. */
  readonly knownClients = new Map<string, ThunderbirdClient>();
  readonly thunderbirdTokens = new Map<string, string>();
  /** Which token each of those that were saved was got with. */
  readonly refreshedFrom: (string | null)[] = [];
  /** Who sits at the provider's pages; `"closes"`: closes the window. */
  person: Person | "closes" | "waits" = { name: "keeper" };
  windows = 0;
  /** Changes the address that the window is sent to. */
  tamper: (url: string) => string = (url) => url;
  now = Date.now();
  readonly synced: string[] = [];
  readonly oidc: OidcServer;
  readonly caldav: CaldavTestServer;
  readonly #waiting = new Map<string, () => void>();

  constructor(oidc: OidcServer, caldav: CaldavTestServer) {
    this.oidc = oidc;
    this.caldav = caldav;
  }

  /** The background after a (re)start: what it held in its own memory is gone. */
  start() {
    const stored = new StoredValue<StoredAccount[]>(this.area, accountsShape);
    const transport = new FetchTransport();
    const platform = this.#platform();
    const credentials = new Credentials(platform);
    const newId = () => crypto.randomUUID();
    const oauth = makeOAuth({ platform, transport, credentials, newId, now: () => this.now });
    const logins = new AccountLogins(credentials, oauth);
    const discovery = serverDiscovery(transport);
    const requestSync = (ids: readonly string[]) => void this.synced.push(...ids);
    const accounts = new Accounts({
      stored,
      gone: new StoredValue(this.area, goneCalendarsShape),
      syncStatus: new StoredValue(this.area, syncStatusShape),
      credentials,
      logins,
      oauth,
      discovery,
      calendars: this.thunderbird.calendars,
      provider: this.thunderbird.provider,
      calendarType: "ext-keeper",
      running: () => new Set(),
      requestSync,
      onChanged: () => {},
      onSignedIn: () => {},
      newId,
    });
    const signIns = new SignIns({
      account: (id) => accounts.get(id),
      credentials,
      oauth,
      discovery,
      onSignedIn: () => {},
      requestSync,
      onChanged: () => {},
    });
    return { accounts, signIns, servers: new AccountServers(transport, logins) };
  }

  async stop(): Promise<void> {
    await this.caldav.stop();
    await this.oidc.stop();
  }

  #platform(): Parameters<typeof makeOAuth>[0]["platform"] &
    ConstructorParameters<typeof Credentials>[0] {
    const { vault } = this;
    return {
      getPassword: (origin, username) => vault.getPassword(origin, username),
      setPassword: (origin, username, password) => vault.setPassword(origin, username, password),
      removePassword: async (origin, username) => {
        vault.passwords.delete(`${origin} ${username}`);
      },
      rememberKey: (name, key) => vault.rememberKey(name, key),
      recallKey: (name) => vault.recallKey(name),
      openSignIn: (id, url, redirectUri) => this.#openSignIn(id, url, redirectUri),
      closeSignIn: async (id) => this.#waiting.get(id)?.(),
      postForm: async (url, form, authorization) => {
        const headers = {
          "Content-Type": "application/x-www-form-urlencoded",
          ...(authorization === undefined ? {} : { Authorization: authorization }),
        };
        const answer = await fetch(url, { method: "POST", headers, body: form }).catch(() => null);
        if (answer === null) return { error: toWire(new AppError("network", "not reached")) };
        return { status: answer.status, text: await answer.text() };
      },
      findOAuthClient: async (host) => this.knownClients.get(host) ?? null,
      getThunderbirdToken: async (host, username) => {
        const token = this.thunderbirdTokens.get(`${host} ${username}`);
        return token === undefined ? { missing: true } : { token };
      },
      setThunderbirdToken: async (host, username, token, refreshedFrom) => {
        this.refreshedFrom.push(refreshedFrom);
        this.thunderbirdTokens.set(`${host} ${username}`, token);
        return { ok: true };
      },
      probeCertificate: async () => ({ error: null }),
    };
  }

  async #openSignIn(id: string, url: string, redirectUri: string) {
    this.windows++;
    if (this.person === "closes") return { closed: true as const };
    if (this.person === "waits") {
      await new Promise<void>((resolve) => this.#waiting.set(id, resolve));
      return { closed: true as const };
    }
    return { url: this.tamper(await signInAtPages(url, redirectUri, this.person)) };
  }
}

export async function startOAuthWorld(options: OidcServerOptions = {}): Promise<OAuthWorld> {
  const oidc = await startOidcServer(options);
  const caldav = await startCaldavTestServer({ personOf: (token) => oidc.personOf(token) });
  await caldav.createCalendar("work");
  return new OAuthWorld(oidc, caldav);
}
