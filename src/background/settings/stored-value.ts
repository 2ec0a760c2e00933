/**
 * One value in `storage.local`: versioned, validated when read, migrated step by step. A value that cannot be
 * understood is set aside under a key of its own and never overwritten silently; one written by a newer
 * version of the add-on is refused. Holds no secrets: those live in Thunderbird's password manager.
 */
import * as v from "valibot";
import { AppError } from "../../shared/errors.ts";

/** The part of `storage.StorageArea` that is used. */
export interface KeyValueArea {
  get(key: string): Promise<Record<string, unknown>>;
  set(items: Record<string, unknown>): Promise<void>;
}

/** What a key holds, and how older shapes become the present one. */
export interface ValueShape<T> {
  readonly key: string;
  readonly schema: v.GenericSchema<unknown, T>;
  /** `migrations[n]` turns version n + 1 into version n + 2; the present version is `migrations.length + 1`. */
  readonly migrations: readonly ((older: unknown) => unknown)[];
  readonly initial: () => T;
}

const Envelope = v.object({
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  value: v.unknown(),
});

/** Keys under which values that could not be understood are kept. */
export const SET_ASIDE_PREFIX = "set-aside:";

export class StoredValue<T> {
  readonly #area: KeyValueArea;
  readonly #shape: ValueShape<T>;
  readonly #onSetAside: (asideKey: string) => void;
  readonly #now: () => number;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    area: KeyValueArea,
    shape: ValueShape<T>,
    options: { onSetAside?: (asideKey: string) => void; now?: () => number } = {},
  ) {
    this.#area = area;
    this.#shape = shape;
    this.#onSetAside = options.onSetAside ?? (() => {});
    this.#now = options.now ?? Date.now;
  }

  /** @throws AppError "unsupported" when a newer version of the add-on wrote the value */
  read(): Promise<T> {
    return this.#inTurn(() => this.#load());
  }

  /** Reads, changes and writes without another change in between. @returns the new value */
  update(change: (current: T) => T): Promise<T> {
    return this.#inTurn(async () => {
      const next = v.parse(this.#shape.schema, change(await this.#load()));
      await this.#area.set({ [this.#shape.key]: this.#wrap(next) });
      return next;
    });
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  #wrap(value: unknown): { version: number; value: unknown } {
    return { version: this.#shape.migrations.length + 1, value };
  }

  async #load(): Promise<T> {
    const { key, schema, migrations, initial } = this.#shape;
    const raw = (await this.#area.get(key))[key];
    if (raw === undefined) return initial();

    const envelope = v.safeParse(Envelope, raw);
    if (!envelope.success) return this.#setAside(raw);
    const { version } = envelope.output;
    if (version > migrations.length + 1) {
      throw new AppError("unsupported", "These settings were written by a newer CalDAV Keeper.", {
        hint: "Nothing was changed. Install the newer version of the add-on again.",
        retry: "after-user",
        details: { key, version },
      });
    }

    let value = envelope.output.value;
    try {
      for (const migrate of migrations.slice(version - 1)) value = migrate(value);
    } catch {
      return this.#setAside(raw);
    }
    const checked = v.safeParse(schema, value);
    if (!checked.success) return this.#setAside(raw);
    if (version <= migrations.length) await this.#area.set({ [key]: this.#wrap(checked.output) });
    return checked.output;
  }

  async #setAside(raw: unknown): Promise<T> {
    const { key, initial } = this.#shape;
    const asideKey = `${SET_ASIDE_PREFIX}${key}:${new Date(this.#now()).toISOString()}`;
    const value = initial();
    await this.#area.set({ [asideKey]: raw, [key]: this.#wrap(value) });
    this.#onSetAside(asideKey);
    return value;
  }
}
