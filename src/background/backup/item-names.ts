/** What the item store knows of an item's place: backups look there first, before they read contents for a UID. */
import type { ResourceRow, SupersededVersion } from "../../shared/item-store.ts";

export type NamesApi = Pick<typeof messenger.calendar.provider, "listResources" | "listSuperseded">;

/** Names of the item's resource on the server, the present ones first; those it had as long as its replaced texts are kept. */
export async function itemNames(
  provider: NamesApi,
  cacheId: string,
  uid: string,
): Promise<string[]> {
  const [rows, replaced] = await Promise.all([
    provider.listResources(cacheId),
    provider.listSuperseded(cacheId, { uid }),
  ]);
  const present = (JSON.parse(rows) as ResourceRow[]).filter((row) => row.uid === uid);
  const earlier = JSON.parse(replaced) as SupersededVersion[];
  return [...new Set([...present, ...earlier].map(({ name }) => name))];
}
