/**
 * Requests with an account's credentials, which are asked from the password manager when the first request is
 * sent and again after the server refused them: a password renewed meanwhile is taken up.
 */
import type { StoredAccount } from "../settings/account-settings.ts";
import { withBasicAuth } from "../transport/basic-auth.ts";
import type { HttpRequest, HttpResponse, Transport } from "../transport/transport.ts";
import type { Credentials } from "./credentials.ts";

export class AccountTransport implements Transport {
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #account: Pick<StoredAccount, "origin" | "username">;
  readonly #origin: string;
  #signedIn: Promise<Transport> | null = null;

  /** @param url of the collection or home: the credentials go to its origin only */
  constructor(
    transport: Transport,
    credentials: Credentials,
    account: Pick<StoredAccount, "origin" | "username">,
    url: string,
  ) {
    this.#transport = transport;
    this.#credentials = credentials;
    this.#account = account;
    this.#origin = new URL(url).origin;
  }

  /** @throws AppError "credentials-missing", "credentials-locked"; those of the transport */
  async send(request: HttpRequest): Promise<HttpResponse> {
    this.#signedIn ??= this.#signIn();
    const signedIn = this.#signedIn;
    try {
      const response = await (await signedIn).send(request);
      if (response.status === 401) this.#signOut(signedIn);
      return response;
    } catch (error) {
      this.#signOut(signedIn);
      throw error;
    }
  }

  async #signIn(): Promise<Transport> {
    const password = await this.#credentials.password(this.#account);
    const { username } = this.#account;
    return withBasicAuth(this.#transport, { origin: this.#origin, username, password });
  }

  #signOut(signedIn: Promise<Transport>): void {
    if (this.#signedIn === signedIn) this.#signedIn = null;
  }
}
