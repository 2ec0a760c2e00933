/**
 * Tells this profile apart from others of the same name that back up into the same store. Made once; a copy of the profile
 * with which the user goes on gets a new one.
 */
import * as v from "valibot";
import type { StoredValue, ValueShape } from "./stored-value.ts";

const StoredInstallation = v.object({ id: v.nullable(v.string()) });

export type StoredInstallation = v.InferOutput<typeof StoredInstallation>;

export const installationShape: ValueShape<StoredInstallation> = {
  key: "installation",
  schema: StoredInstallation,
  migrations: [],
  initial: () => ({ id: null }),
};

export async function installationId(
  stored: StoredValue<StoredInstallation>,
  newId: () => string,
): Promise<string> {
  const known = (await stored.read()).id;
  if (known !== null) return known;
  const { id } = await stored.update((old) => ({ id: old.id ?? newId() }));
  return id as string;
}
