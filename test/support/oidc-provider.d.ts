/** The part of oidc-provider that the tests use; the package brings no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface IssuedToken {
    readonly accountId: string;
    readonly grantId: string;
    readonly jti: string;
    destroy(): Promise<void>;
  }
  // biome-ignore lint/style/noDefaultExport: so does the package.
  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    on(
      event: "access_token.saved" | "refresh_token.saved",
      listener: (token: IssuedToken) => void,
    ): this;
    on(event: "server_error", listener: (context: unknown, error: Error) => void): this;
    readonly AccessToken: { find(value: string): Promise<IssuedToken | undefined> };
  }
}
