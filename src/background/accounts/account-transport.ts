/**
 * Requests with an account's credentials, which are asked from the password manager when the first request is
 * sent and again after the server refused them: with a password renewed meanwhile the refused request is sent once
 * more (a 401 did nothing, RFC 9110 §15.5.2), for a user who has just signed in must not be asked to do it again.
 */
import { AppError } from "../../shared/errors.ts";
import type { HttpRequest, HttpResponse, Transport } from "../transport/transport.ts";
import {
  type AccountLogins,
  isSameLogin,
  type LoginAccount,
  signedTransport,
} from "./account-logins.ts";
import type { Login } from "./ports.ts";

/** Ready to send, with what it signs in with. */
interface SignedIn {
  readonly transport: Transport;
  readonly login: Login;
}

export class AccountTransport implements Transport {
  readonly #transport: Transport;
  readonly #logins: Pick<AccountLogins, "login">;
  readonly #account: LoginAccount;
  readonly #origins: ReadonlySet<string>;
  #signedIn: Promise<SignedIn> | null = null;

  /** @param origins the credentials go to these only */
  constructor(
    transport: Transport,
    logins: Pick<AccountLogins, "login">,
    account: LoginAccount,
    origins: ReadonlySet<string>,
  ) {
    this.#transport = transport;
    this.#logins = logins;
    this.#account = account;
    this.#origins = origins;
  }

  /** @throws AppError "credentials-missing", "credentials-locked", "sign-in-needed"; those of the transport */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const first = await this.#attempt(request);
    if (first.response.status !== 401) return first.response;
    const login = await this.#logins.login(this.#account, first.login);
    const isNew = !isSameLogin(login, first.login);
    const { response } = isNew ? await this.#attempt(request) : first;
    if (response.status === 401 && "token" in login) throw tokenRefused(request.url);
    return response;
  }

  async #attempt(request: HttpRequest): Promise<{ response: HttpResponse; login: Login }> {
    this.#signedIn ??= this.#signIn();
    const signedIn = this.#signedIn;
    try {
      const { transport, login } = await signedIn;
      const response = await transport.send(request);
      if (response.status === 401) this.#signOut(signedIn);
      return { response, login };
    } catch (error) {
      this.#signOut(signedIn);
      throw error;
    }
  }

  async #signIn(): Promise<SignedIn> {
    const login = await this.#logins.login(this.#account);
    return { transport: signedTransport(this.#transport, this.#origins, login), login };
  }

  #signOut(signedIn: Promise<SignedIn>): void {
    if (this.#signedIn === signedIn) this.#signedIn = null;
  }
}

function tokenRefused(url: string): AppError {
  const { host } = new URL(url);
  return new AppError("sign-in-needed", `${host} does not take this sign-in.`, {
    hint: "Your changes are kept. Sign in again, as the same person, and allow access to your calendars.",
    retry: "after-user",
    details: { host },
  });
}
