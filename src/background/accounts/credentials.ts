/**
 * Passwords of accounts, kept only in Thunderbird's password manager under origin and user name, or, where the user
 * does not want them saved, in Thunderbird's memory until it ends. "Locked" (a primary password not entered yet) and
 * "missing" stay apart: the first passes by itself.
 */
import { AppError, fromWire } from "../../shared/errors.ts";

type Vault = Pick<
  typeof messenger.platform,
  "getPassword" | "setPassword" | "removePassword" | "rememberKey" | "recallKey"
>;

/** Whose password. `origin` as in `https://host:port`. */
export interface CredentialKey {
  readonly origin: string;
  readonly username: string;
}

export class Credentials {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** @throws AppError "credentials-missing", "credentials-locked" */
  async password({ origin, username }: CredentialKey): Promise<string> {
    const ofSession = await this.#vault.recallKey(sessionSlot({ origin, username }));
    if (ofSession) return ofSession;
    const answer = await this.#vault.getPassword(origin, username);
    if ("password" in answer) return answer.password;
    if ("locked" in answer) throw lockedError();
    throw new AppError("credentials-missing", `There is no saved password for ${username}.`, {
      hint: "Enter the password again. Your events and unsent changes are still here.",
      retry: "after-user",
      details: { origin, username },
    });
  }

  /** @throws AppError "credentials-locked" */
  async save({ origin, username }: CredentialKey, password: string): Promise<void> {
    const answer = await this.#vault.setPassword(origin, username, password);
    if ("locked" in answer) throw lockedError();
    if ("error" in answer) throw fromWire(answer.error);
    await this.#forgetSession({ origin, username });
  }

  /** Until Thunderbird ends. What was saved before is not saved any more. */
  async keepForSession(key: CredentialKey, password: string): Promise<void> {
    await this.#vault.rememberKey(sessionSlot(key), password);
    await this.#vault.removePassword(key.origin, key.username);
  }

  async forget({ origin, username }: CredentialKey): Promise<void> {
    await this.#forgetSession({ origin, username });
    await this.#vault.removePassword(origin, username);
  }

  async #forgetSession(key: CredentialKey): Promise<void> {
    const slot = sessionSlot(key);
    if (await this.#vault.recallKey(slot)) await this.#vault.rememberKey(slot, "");
  }
}

function sessionSlot({ origin, username }: CredentialKey): string {
  return `password ${origin} ${username}`;
}

/** As the user wants it. @throws AppError "credentials-locked" */
export function keepPassword(
  credentials: Pick<Credentials, "save" | "keepForSession">,
  key: CredentialKey,
  password: string,
  saves: boolean,
): Promise<void> {
  return saves ? credentials.save(key, password) : credentials.keepForSession(key, password);
}

export function lockedError(): AppError {
  return new AppError("credentials-locked", "Thunderbird's saved passwords are locked.", {
    hint: "Enter your primary password in Thunderbird. Waiting changes are sent after that.",
    retry: "after-user",
  });
}
