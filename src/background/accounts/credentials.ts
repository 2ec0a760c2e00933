/**
 * Passwords of accounts, kept only in Thunderbird's password manager under origin and user name. "Locked" (a
 * primary password not entered yet) and "missing" stay apart: the first passes by itself.
 */
import { AppError, fromWire } from "../../shared/errors.ts";

type Vault = Pick<typeof messenger.platform, "getPassword" | "setPassword" | "removePassword">;

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
  }

  async forget({ origin, username }: CredentialKey): Promise<void> {
    await this.#vault.removePassword(origin, username);
  }
}

export function lockedError(): AppError {
  return new AppError("credentials-locked", "Thunderbird's saved passwords are locked.", {
    hint: "Enter your primary password in Thunderbird. Waiting changes are sent after that.",
    retry: "after-user",
  });
}
