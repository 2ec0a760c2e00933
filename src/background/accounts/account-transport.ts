/**
 * Requests with an account's credentials, which are asked from the password manager when the first request is
 * sent and again after the server refused them: with a password renewed meanwhile the refused request is sent once
 * more (a 401 did nothing, RFC 9110 §15.5.2), for a user who has just signed in must not be asked to do it again.
 */
import type { StoredAccount } from "../settings/account-settings.ts";
import { withAuthentication } from "../transport/authentication.ts";
import type { HttpRequest, HttpResponse, Transport } from "../transport/transport.ts";
import type { Credentials } from "./credentials.ts";

/** Ready to send, with the password it sends. */
interface SignedIn {
  readonly transport: Transport;
  readonly password: string;
}

export class AccountTransport implements Transport {
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #account: Pick<StoredAccount, "origin" | "username">;
  readonly #origins: ReadonlySet<string>;
  #signedIn: Promise<SignedIn> | null = null;

  /** @param origins the credentials go to these only */
  constructor(
    transport: Transport,
    credentials: Credentials,
    account: Pick<StoredAccount, "origin" | "username">,
    origins: ReadonlySet<string>,
  ) {
    this.#transport = transport;
    this.#credentials = credentials;
    this.#account = account;
    this.#origins = origins;
  }

  /** @throws AppError "credentials-missing", "credentials-locked"; those of the transport */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const first = await this.#attempt(request);
    if (first.response.status !== 401) return first.response;
    const password = await this.#credentials.password(this.#account);
    return password === first.password ? first.response : (await this.#attempt(request)).response;
  }

  async #attempt(request: HttpRequest): Promise<{ response: HttpResponse; password: string }> {
    this.#signedIn ??= this.#signIn();
    const signedIn = this.#signedIn;
    try {
      const { transport, password } = await signedIn;
      const response = await transport.send(request);
      if (response.status === 401) this.#signOut(signedIn);
      return { response, password };
    } catch (error) {
      this.#signOut(signedIn);
      throw error;
    }
  }

  async #signIn(): Promise<SignedIn> {
    const password = await this.#credentials.password(this.#account);
    const { username } = this.#account;
    const login = { origins: this.#origins, username, password };
    return { transport: withAuthentication(this.#transport, login), password };
  }

  #signOut(signedIn: Promise<SignedIn>): void {
    if (this.#signedIn === signedIn) this.#signedIn = null;
  }
}
