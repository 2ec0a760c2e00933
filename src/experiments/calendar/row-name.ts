/** The names of rows that a provider writes by UID. */
import { calendarUtils } from "./gecko-modules.ts";
import type { ItemStore } from "./store/item-store.ts";
import { resourceNameFor } from "./store/resource-name.ts";

/** The row's name that a UID has, or one that no row has. */
export async function rowNameFor(
  store: ItemStore,
  calendarId: string,
  uid: string,
): Promise<string> {
  const known = await store.resourceByUid(calendarId, uid);
  if (known !== null) return known.name;
  const fallback = calendarUtils().getUUID();
  const name = resourceNameFor(uid, fallback);
  const holders = JSON.parse(await store.getResources(calendarId, { names: [name] })) as unknown[];
  return holders.length === 0 ? name : `${fallback}.ics`;
}
