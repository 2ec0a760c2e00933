/** Accounts that wait for the user to sign in, remembered until Thunderbird ends (`storage.session`). */
import * as v from "valibot";
import type { WireError } from "../../shared/errors.ts";
import type { KeyValueArea } from "./stored-value.ts";
import { StoredWireError } from "./sync-status.ts";

const keyOf = (accountId: string): string => `stopped:${accountId}`;

export function stopMemory(area: KeyValueArea): {
  read(accountId: string): Promise<WireError | null>;
  write(accountId: string, error: WireError | null): Promise<void>;
} {
  return {
    async read(accountId) {
      const stored = v.safeParse(
        StoredWireError,
        (await area.get(keyOf(accountId)))[keyOf(accountId)],
      );
      return stored.success ? stored.output : null;
    },
    write: (accountId, error) => area.set({ [keyOf(accountId)]: error }),
  };
}
