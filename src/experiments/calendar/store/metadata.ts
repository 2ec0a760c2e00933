/** The provider's facts about a row, as an add-on that changes an item changes them: member by member. */
import type { Json } from "../../../shared/item-store.ts";
import type { SqlExecutor } from "./sql-connection.ts";

/** Members of `metadata` to set; `null` takes one away, all others stay. */
export interface MetadataChange {
  readonly [member: string]: Json;
}

/** The metadata after a change; `null` when nothing is left. */
export function mergedMetadata(before: Json, change: MetadataChange): Json {
  const kept = isObject(before) ? before : {};
  const members = Object.entries({ ...kept, ...change }).filter(([, value]) => value !== null);
  return members.length === 0 ? null : Object.fromEntries(members);
}

/** The change that takes a change back. @param before the metadata it was made of */
export function reversed(change: MetadataChange, before: Json): MetadataChange {
  const known = isObject(before) ? before : {};
  return Object.fromEntries(Object.keys(change).map((name) => [name, known[name] ?? null]));
}

/** Runs within the transaction of the edit it belongs to. @param item key of the row */
export async function changeMetadata(
  sql: SqlExecutor,
  item: number,
  change: MetadataChange,
): Promise<void> {
  const rows = await sql.execute("SELECT metadata FROM items WHERE id = :item", { item });
  const before = rows[0]?.[0];
  const next = mergedMetadata(
    typeof before === "string" ? (JSON.parse(before) as Json) : null,
    change,
  );
  await sql.execute("UPDATE items SET metadata = :metadata WHERE id = :item", {
    item,
    metadata: next === null ? null : JSON.stringify(next),
  });
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
