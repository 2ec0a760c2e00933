/** `storage.local` in memory: values are copied in and out, as the real one does. */
import type { KeyValueArea } from "../../src/background/settings/stored-value.ts";

export class MemoryArea implements KeyValueArea {
  readonly values: Record<string, unknown>;

  constructor(values: Record<string, unknown> = {}) {
    this.values = structuredClone(values);
  }

  async get(key: string): Promise<Record<string, unknown>> {
    return key in this.values ? { [key]: structuredClone(this.values[key]) } : {};
  }

  async set(items: Record<string, unknown>): Promise<void> {
    Object.assign(this.values, structuredClone(items));
  }
}
