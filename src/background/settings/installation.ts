/**
 * Tells this profile apart from others of the same name that back up into the same store. Made once; a copy of the profile
 * with which the user goes on gets a new one.
 */
import * as v from "valibot";
import type { StoredValue, ValueShape } from "./stored-value.ts";

const StoredInstallation = v.object({
  id: v.nullable(v.string()),
  /** What it was called before it was moved or copied; `until` in milliseconds since the epoch. */
  former: v.optional(v.array(v.object({ id: v.string(), until: v.number() })), []),
});

export type StoredInstallation = v.InferOutput<typeof StoredInstallation>;

export const installationShape: ValueShape<StoredInstallation> = {
  key: "installation",
  schema: StoredInstallation,
  migrations: [],
  initial: () => ({ id: null, former: [] }),
};

/**
 * The user goes on with a profile that was moved or copied. A copy shares its past with the other one; a moved one is to go
 * on from its own snapshots.
 */
export function goneOnAs(
  { id, former }: StoredInstallation,
  newId: string,
  now: number,
): StoredInstallation {
  return { id: newId, former: id === null ? former : [...former, { id, until: now }] };
}

export async function installationId(
  stored: StoredValue<StoredInstallation>,
  newId: () => string,
): Promise<string> {
  const known = (await stored.read()).id;
  if (known !== null) return known;
  const { id } = await stored.update((old) => ({ ...old, id: old.id ?? newId() }));
  return id as string;
}
