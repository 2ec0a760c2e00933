/** What a bench measures: each topic can be asked for alone. Pure. */

/**
 * `sync`: first sync, polls, an edit. `views`: month, list, start-up, our pages. `backups`: backing up, restoring into a folder.
 * `history`: looking back over many snapshots, restoring to the server.
 */
export const TOPICS = ["sync", "views", "backups", "history"] as const;

export type Topic = (typeof TOPICS)[number];

/** @returns `null` where the list (names with commas between) is empty or holds another name */
export function topicsOf(list: string): ReadonlySet<Topic> | null {
  const names = list.split(",").map((name) => name.trim());
  const known = TOPICS.filter((topic) => names.includes(topic));
  return known.length > 0 && known.length === new Set(names).size ? new Set(known) : null;
}
