/**
 * A real OAuth 2 / OpenID Connect provider on loopback (the package oidc-provider) with its own pages for signing in
 * and consent. Tests make its tokens expire and revoke them.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type Provider from "oidc-provider";
import type { IssuedToken } from "oidc-provider";

export interface OidcServerOptions {
  /** What the provider says an access token lasts. */
  readonly accessTokenSeconds?: number;
  /** Each refresh gives a new refresh token, and the old one is good no more. */
  readonly rotates?: boolean;
  /** How the client with a secret must show it; the provider says that it takes nothing else. */
  readonly secrets?: "client_secret_post" | "client_secret_basic";
}

/** Registered as a desktop program: without a secret. */
export const PUBLIC_CLIENT = "keeper-desktop";
export const SECRET_CLIENT = { clientId: "keeper-confidential", clientSecret: "client-secret+/=%" };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  status: number;
}

export class OidcServer {
  readonly issuer: string;
  readonly requests: SeenRequest[] = [];
  readonly #http: Server;
  readonly #provider: Provider;
  readonly #access = new Set<IssuedToken>();
  readonly #refresh = new Set<IssuedToken>();

  constructor(http: Server, provider: Provider, issuer: string) {
    this.#http = http;
    this.#provider = provider;
    this.issuer = issuer;
    provider.on("access_token.saved", (token) => this.#access.add(token));
    provider.on("refresh_token.saved", (token) => this.#refresh.add(token));
  }

  /** Whose bearer token it is; `null`: no valid one. */
  async personOf(token: string): Promise<string | null> {
    return (await this.#provider.AccessToken.find(token))?.accountId ?? null;
  }

  /** Every access token so far is refused from now on; refresh tokens stay good. */
  async expireAccessTokens(): Promise<void> {
    for (const token of this.#access) await token.destroy();
    this.#access.clear();
  }

  /** What a person does who takes a program's access away. */
  async revokeEverything(): Promise<void> {
    await this.expireAccessTokens();
    for (const token of this.#refresh) await token.destroy();
    this.#refresh.clear();
  }

  /** How often tokens were asked for with this grant. */
  grants(type: "authorization_code" | "refresh_token"): number {
    return this.requests.filter(({ form }) => form.get("grant_type") === type).length;
  }

  /** The last authorization request. */
  get asked(): URLSearchParams {
    const asked = this.requests.findLast(({ path }) => path === "/auth");
    if (asked === undefined) throw new Error("nobody asked to sign in");
    return asked.query;
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

export async function startOidcServer(options: OidcServerOptions = {}): Promise<OidcServer> {
  const { accessTokenSeconds = 3600, rotates = true, secrets = "client_secret_post" } = options;
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  const issuer = `http://127.0.0.1:${address.port}`;
  const provider = await quietly(async () => {
    const { default: OidcProvider } = await import("oidc-provider");
    return new OidcProvider(issuer, {
      clients: [
        client({ client_id: PUBLIC_CLIENT, token_endpoint_auth_method: "none" }),
        client({
          client_id: SECRET_CLIENT.clientId,
          client_secret: SECRET_CLIENT.clientSecret,
          token_endpoint_auth_method: secrets,
        }),
      ],
      clientAuthMethods: ["none", secrets],
      cookies: { keys: ["only for tests"] },
      findAccount: (_: unknown, accountId: string) => ({
        accountId,
        claims: () => ({ sub: accountId }),
      }),
      pkce: { required: () => true },
      rotateRefreshToken: rotates,
      ttl: {
        AccessToken: accessTokenSeconds,
        RefreshToken: 86_400,
        Grant: 86_400,
        IdToken: 3600,
        Interaction: 3600,
        Session: 3600,
      },
    });
  });
  const server = new OidcServer(http, provider, issuer);
  const answer = provider.callback();
  http.on("request", (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.once("finish", () => {
      server.requests.push({
        method: request.method ?? "",
        path: pathname,
        query: searchParams,
        form: new URLSearchParams(Buffer.concat(chunks).toString("utf8")),
        headers: request.headers,
        status: response.statusCode,
      });
    });
    answer(request, response);
  });
  return server;
}

const client = (own: object): object => ({
  application_type: "native",
  redirect_uris: ["http://localhost"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  ...own,
});

/** It warns of what only a server in earnest has to heed, and of Node versions it has not been tried on. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  console.warn = () => {};
  console.info = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
    console.info = info;
  }
}
