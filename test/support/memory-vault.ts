/** The password manager and the session's keys, as the platform experiment answers; lockable. */
export class MemoryVault {
  locked: boolean = false;
  readonly passwords = new Map<string, string>();
  readonly keys = new Map<string, string>();

  async getPassword(origin: string, username: string) {
    if (this.locked) return { locked: true as const };
    const password = this.passwords.get(`${origin} ${username}`);
    return password === undefined ? { missing: true as const } : { password };
  }

  async setPassword(origin: string, username: string, password: string) {
    if (this.locked) return { locked: true as const };
    this.passwords.set(`${origin} ${username}`, password);
    return { ok: true as const };
  }

  async rememberKey(name: string, key: string): Promise<void> {
    this.keys.set(name, key);
  }

  async recallKey(name: string): Promise<string | null> {
    return this.keys.get(name) ?? null;
  }
}
