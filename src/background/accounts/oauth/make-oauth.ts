/** The parts of signing in by OAuth 2, joined. */
import type { Transport } from "../../transport/transport.ts";
import type { Credentials } from "../credentials.ts";
import { explainTlsFailures } from "../tls-failures.ts";
import { AccessTokens } from "./access-tokens.ts";
import { formTransport } from "./form-transport.ts";
import { OAuth } from "./oauth.ts";
import { SignInWindow } from "./sign-in-window.ts";
import { TokenEndpoint } from "./token-endpoint.ts";
import { TokenVault } from "./token-vault.ts";

export interface OAuthParts {
  readonly platform: Pick<
    typeof messenger.platform,
    | "openSignIn"
    | "closeSignIn"
    | "postForm"
    | "findOAuthClient"
    | "getThunderbirdToken"
    | "setThunderbirdToken"
    | "rememberKey"
    | "recallKey"
    | "probeCertificate"
  >;
  /** For what a provider publishes about itself. */
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly newId: () => string;
  readonly now: () => number;
}

export function makeOAuth({ platform, transport, credentials, newId, now }: OAuthParts): OAuth {
  const forms = explainTlsFailures(formTransport(platform), (url) =>
    platform.probeCertificate(url),
  );
  const endpoint = new TokenEndpoint(forms, now);
  const thunderbirdClient = (host: string) => platform.findOAuthClient(host);
  const vault = new TokenVault({ credentials, platform, thunderbirdClient });
  return new OAuth({
    session: platform,
    tokens: new AccessTokens({ session: platform, vault, endpoint, now }),
    vault,
    endpoint,
    window: new SignInWindow({ platform, endpoint, newId }),
    thunderbirdClient,
    transport,
    now,
  });
}
