/** What is known of a provider and of ourselves there (RFC 6749 §2). */
export interface OAuthClient {
  readonly clientId: string;
  /** `null`: a public client (RFC 8252 §8.4), as most are. */
  readonly clientSecret: string | null;
  /** How the secret is shown; absent: in the form (`client_secret_post`), as the clients that Thunderbird knows do. */
  readonly authMethod?: "client_secret_post" | "client_secret_basic";
  /** Separated by spaces; "" asks for none. */
  readonly scope: string;
  /** Compared with the answer's `iss` (RFC 9207); `null` where unknown. */
  readonly issuer: string | null;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** On this computer (RFC 8252 §7.3); where the window stops. */
  readonly redirectUri: string;
}

/** Who is asked to let us in, for messages. */
export function providerOf({ authorizationEndpoint }: OAuthClient): string {
  return new URL(authorizationEndpoint).host;
}
