/**
 * Keys kept in this process's memory until Thunderbird ends or the add-on is disabled: the background page is stopped
 * and started many times in between, and deriving a key takes seconds. Never written anywhere.
 */
export class SessionKeys {
  readonly #keys = new Map<string, string>();

  remember(name: string, key: string): void {
    this.#keys.set(name, key);
  }

  recall(name: string): string | null {
    return this.#keys.get(name) ?? null;
  }

  forgetAll(): void {
    this.#keys.clear();
  }
}
