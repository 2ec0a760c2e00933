/**
 * Keys of stores with a passphrase. The passphrase lies in Thunderbird's password manager, the key derived from it in
 * the parent process's memory until Thunderbird ends, so that the slow derivation runs once a session. Nothing here
 * brings up the primary-password prompt: while that is locked and no key is remembered, the work ends "credentials-locked".
 */
import { fromHex, toHex } from "../../shared/bytes.ts";
import { AppError, fromWire } from "../../shared/errors.ts";
import type { Derive } from "../kloset/derive-in-worker.ts";
import {
  type KeyRequest,
  type KeySource,
  passphraseNeeded,
  wrongPassphrase,
} from "../kloset/encryption.ts";
import { SharedDerivations } from "./shared-derivations.ts";

type Platform = Pick<
  typeof messenger.platform,
  "getPassword" | "setPassword" | "rememberKey" | "recallKey"
>;

/** Told the part of a derivation that is done, from 0 to 1. */
export type OnDerivation = (done: number) => void;

/** ready: the passphrase is saved, or its key remembered. */
export type KeyState = "ready" | "locked" | "passphrase-missing" | "passphrase-wrong";

const USERNAME = "backup store";

export class StoreKeys {
  readonly #platform: Platform;
  readonly #derivations: SharedDerivations;
  /** Keys by name whose saved passphrase was tried in vain since this page started. */
  readonly #wrong = new Set<string>();

  constructor(dependencies: { readonly platform: Platform; readonly derive: Derive }) {
    this.#platform = dependencies.platform;
    this.#derivations = new SharedDerivations(dependencies.derive);
  }

  /** The key remembered, else that of the saved passphrase. */
  saved(onDerivation: OnDerivation): KeySource {
    return async (request) => {
      const remembered = await this.#recall(request);
      if (remembered) return remembered;
      const passphrase = await this.#readPassphrase(request.storeId);
      if (passphrase === undefined) throw passphraseNeeded();
      const found = await this.#tryForms([passphrase], request, onDerivation);
      if (found) return found.key;
      this.#wrong.add(keyName(request));
      throw wrongPassphrase();
    };
  }

  /**
   * The key of a passphrase that the user gave: as typed, else in another form of its accented letters.
   * @returns with the form that opens the store
   * @throws AppError "wrong-passphrase", "aborted"
   */
  async enter(
    passphrase: string,
    request: KeyRequest,
    onDerivation: OnDerivation,
  ): Promise<{ readonly key: Uint8Array; readonly passphrase: string }> {
    const forms = [passphrase, passphrase.normalize("NFC"), passphrase.normalize("NFD")];
    const found = await this.#tryForms([...new Set(forms)], request, onDerivation);
    if (!found) throw wrongPassphrase();
    return found;
  }

  async #tryForms(forms: readonly string[], request: KeyRequest, onDerivation: OnDerivation) {
    for (const passphrase of forms) {
      const { derivation, signal } = request;
      const key = await this.#derivations.derive(passphrase, derivation, signal, onDerivation);
      if (!request.opens(key)) continue;
      await this.#platform.rememberKey(keyName(request), toHex(key));
      this.#wrong.delete(keyName(request));
      return { key, passphrase };
    }
    return undefined;
  }

  /** @throws AppError "credentials-locked", "credentials-missing" */
  async save(storeId: string, passphrase: string): Promise<void> {
    const answer = await this.#platform.setPassword(origin(storeId), USERNAME, passphrase);
    if ("locked" in answer) throw lockedError();
    if ("error" in answer) throw fromWire(answer.error);
  }

  /** Before work whose result would have to be saved. @throws AppError "credentials-locked" */
  async requireUnlocked(): Promise<void> {
    await this.#readPassphrase("");
  }

  async state(request: KeyRequest): Promise<KeyState> {
    if (await this.#recall(request)) return "ready";
    const answer = await this.#platform.getPassword(origin(request.storeId), USERNAME);
    if ("locked" in answer) return "locked";
    if ("missing" in answer) return "passphrase-missing";
    return this.#wrong.has(keyName(request)) ? "passphrase-wrong" : "ready";
  }

  async #recall(request: KeyRequest): Promise<Uint8Array | undefined> {
    const answer = await this.#platform.recallKey(keyName(request));
    const key = answer === null ? undefined : fromHex(answer);
    return key && request.opens(key) ? key : undefined;
  }

  async #readPassphrase(storeId: string): Promise<string | undefined> {
    const answer = await this.#platform.getPassword(origin(storeId), USERNAME);
    if ("locked" in answer) throw lockedError();
    return "password" in answer ? answer.password : undefined;
  }
}

/** How the user finds it among the saved passwords. */
function origin(storeId: string): string {
  return `caldav-keeper://${storeId || "none"}`;
}

function keyName({ storeId, derivation }: KeyRequest): string {
  return `${storeId} ${toHex(derivation.salt)}`;
}

function lockedError(): AppError {
  return new AppError("credentials-locked", "Thunderbird's saved passwords are locked.", {
    hint: "Nothing was backed up or changed. Enter your primary password in Thunderbird; automatic backups go on after that.",
    retry: "after-user",
  });
}
