/**
 * Copies under UIDs of their own: the way out where a server still holds an item's UID, in its trash bin or in another
 * calendar of the account. The UID follows from the item and its content, so that a second run finds the copies of the first.
 */
import { toHex } from "../../shared/bytes.ts";
import { withUid } from "../../shared/ical/restored-text.ts";
import type { SavedResource } from "./restore-selection.ts";

/** An item without a readable UID stays as it is. */
export async function copiesOf(resources: readonly SavedResource[]): Promise<SavedResource[]> {
  const copies: SavedResource[] = [];
  for (const resource of resources) {
    if (resource.uid === null) {
      copies.push(resource);
      continue;
    }
    const uid = await copyUid(resource.uid, resource.text);
    copies.push({ ...resource, uid, name: `${uid}.ics`, text: withUid(resource.text, uid) });
  }
  return copies;
}

/** 32 hex digits. */
export async function copyUid(uid: string, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${uid}\n${text}`);
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))).slice(0, 32);
}
