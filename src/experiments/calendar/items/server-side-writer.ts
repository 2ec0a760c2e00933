/**
 * Writes to the server side of own calendars: what the server holds now. Several operations are one transaction of
 * the item store; it tells neither the provider nor the listeners of item events.
 */

import { resourceUids } from "../../../shared/ical/identity.ts";
import { scanColumns } from "../../../shared/ical/scan.ts";
import { withoutItem } from "../../../shared/ical/without-item.ts";
import type { BatchOperation, Json } from "../../../shared/item-store.ts";
import { extensionError } from "../extension-error.ts";
import { mergedMetadata } from "../store/metadata.ts";
import { readReturnFormat, type WireItem } from "../wire-item.ts";
import type { AddressedCalendar } from "./item-access.ts";
import { changedDraft, newDraft, readMetadata } from "./item-drafts.ts";
import type { ItemOperation } from "./item-operations.ts";
import { type ItemReader, requireFound } from "./item-reader.ts";
import { failureOf } from "./operation-failure.ts";
import type { BatchArguments, KeptItem, OwnItems } from "./own-items.ts";
import { slices } from "./slices.ts";

export class ServerSideWriter {
  readonly #own: OwnItems;
  readonly #reader: ItemReader;

  constructor(own: OwnItems, reader: ItemReader) {
    this.#own = own;
    this.#reader = reader;
  }

  /** @returns the items as they are stored, `null` for one that was removed */
  async write(
    to: AddressedCalendar,
    operations: readonly ItemOperation[],
    options: BatchArguments & { readonly isBatch: boolean },
  ): Promise<(WireItem | null)[]> {
    const { isBatch, ...rest } = options;
    const plan = new ServerSidePlan(this.#own, to.calendar.id);
    const ids: (string | null)[] = [];
    const turn = slices();
    for (const [index, operation] of operations.entries()) {
      try {
        ids.push(await plan.add(operation));
        await turn();
      } catch (error) {
        throw failureOf(error, isBatch ? index : null, []);
      }
    }
    await this.#own.batch(to.calendar.id, JSON.stringify(plan.operations), rest);
    const results: (WireItem | null)[] = [];
    for (const [index, operation] of operations.entries()) {
      const id = ids[index] ?? null;
      if (operation.action === "remove" || id === null) results.push(null);
      else {
        const format = readReturnFormat(operation.item.returnFormat);
        const stored = await this.#reader.get(to, id, format);
        // In a batch a later operation may have removed it again.
        results.push(isBatch ? stored : requireFound(stored));
      }
    }
    return results;
  }
}

/** What operations make of the rows they name, one after the other, without writing anything. */
class ServerSidePlan {
  readonly operations: BatchOperation[] = [];
  readonly #own: OwnItems;
  readonly #calendarId: string;
  /** Items as earlier operations leave them; `null`: removed. */
  readonly #planned = new Map<string, KeptItem | null>();

  constructor(own: OwnItems, calendarId: string) {
    this.#own = own;
    this.#calendarId = calendarId;
  }

  /** @returns the UID of the item @throws ExtensionError naming what is wrong */
  async add(operation: ItemOperation): Promise<string> {
    if (operation.action === "remove") {
      this.#remove(operation.id, await this.#existing(operation.id));
      return operation.id;
    }
    const { item: properties } = operation;
    readReturnFormat(properties.returnFormat);
    const metadata = readMetadata(properties.metadata);
    if (operation.action === "update") {
      const { id } = operation;
      const kept = await this.#existing(id);
      if (othersIn(kept, id).length > 0) {
        throw extensionError(
          `The item "${id}" shares its resource with others; give that as a whole, as JSON of BatchOperation[].`,
        );
      }
      const { text } = changedDraft({ id }, properties, kept.text);
      const changed = mergedMetadata((kept.metadata ?? null) as Json, metadata ?? {});
      this.#put(id, { name: kept.name, text, metadata: changed });
      return id;
    }
    const { text, item } = newDraft(properties);
    const { id } = item;
    if (id === null || id === "") throw extensionError("The text has no UID.");
    const name = await this.#own.nameFor(this.#calendarId, id);
    this.#put(id, { name, text, metadata: mergedMetadata(null, metadata ?? {}) });
    return id;
  }

  async #existing(id: string): Promise<KeptItem> {
    const planned = this.#planned.get(id);
    const kept = planned === undefined ? await this.#own.read(this.#calendarId, id, true) : planned;
    if (kept === null) throw extensionError(`The calendar has no item with the id "${id}".`);
    return kept;
  }

  #put(id: string, item: KeptItem): void {
    const { name, text } = item;
    const metadata = (item.metadata ?? null) as Json;
    this.operations.push({ kind: "put", name, text, metadata, columns: scanColumns(text) });
    this.#planned.set(id, item);
  }

  #remove(id: string, kept: KeptItem): void {
    // A resource that holds other items, too, keeps them.
    if (othersIn(kept, id).length > 0) this.#put(id, { ...kept, text: withoutItem(kept.text, id) });
    else this.operations.push({ kind: "remove", name: kept.name, reason: "sync" });
    this.#planned.set(id, null);
  }
}

function othersIn({ text }: KeptItem, id: string): string[] {
  return resourceUids(text).filter((uid) => uid !== id);
}
