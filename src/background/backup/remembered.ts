/** The newest few answers, by what was asked; two who ask the same at once wait for one answer. */
export class Remembered<T> {
  readonly #limit: number;
  /** Least recently asked first. */
  readonly #answers = new Map<string, Promise<T>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws whatever `find` throws, which is not remembered */
  async get(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    this.#answers.delete(key);
    const answer = known ?? find();
    this.#answers.set(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= this.#limit) break;
      this.#answers.delete(oldest);
    }
    try {
      return await answer;
    } catch (error) {
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
      // Given up by whoever asked first, it is looked for again.
      if (known !== undefined) return this.get(key, find);
      throw error;
    }
  }
}
