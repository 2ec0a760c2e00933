/**
 * Writes through the calendar, as the user's own edits go: a provider hears of them, and they can join Thunderbird's
 * undo stack. Several operations are all done or none of them, as far as the calendar lets itself be told so.
 */
import type { Json } from "../../../shared/item-store.ts";
import { extensionError } from "../extension-error.ts";
import { parseItems, serialiseResource } from "../resource-items.ts";
import { type MetadataChange, reversed } from "../store/metadata.ts";
import { readReturnFormat, type WireItem } from "../wire-item.ts";
import type { AddressedCalendar, ItemAccess } from "./item-access.ts";
import { changedDraft, newDraft, readMetadata } from "./item-drafts.ts";
import { Addition, Change, type ItemEdit, type MetadataStep, Move, Removal } from "./item-edits.ts";
import type { ItemOperation } from "./item-operations.ts";
import type { ItemReader } from "./item-reader.ts";
import { failureOf } from "./operation-failure.ts";
import type { OwnItems } from "./own-items.ts";
import { slices } from "./slices.ts";
import type { UndoOption, UndoSteps } from "./undo-steps.ts";

type ItemWithEdit = ItemEdit & { readonly item?: calIItemBase };

interface PlannedEdit {
  /** The item's UID; `null` where the calendar will make one. */
  readonly id: string | null;
  start(): Promise<ItemWithEdit>;
}

export class CalendarWriter {
  readonly #own: OwnItems;
  readonly #reader: ItemReader;
  readonly #undo: UndoSteps;

  constructor(own: OwnItems, reader: ItemReader, undo: UndoSteps) {
    this.#own = own;
    this.#reader = reader;
    this.#undo = undo;
  }

  /** @returns the items as they are stored, `null` for one that was removed */
  async write(
    to: AddressedCalendar,
    operations: readonly ItemOperation[],
    options: { readonly undo: UndoOption; readonly isBatch: boolean },
  ): Promise<(WireItem | null)[]> {
    const { isBatch } = options;
    this.#undo.check(options.undo, "options.undo");
    const planned: PlannedEdit[] = [];
    /** Of two operations on the same item the later one is about what the earlier one makes. */
    const touched = new Set<string | null>();
    const turn = slices();
    for (const [index, operation] of operations.entries()) {
      try {
        const plan = await this.#plan(to, operation, touched);
        planned.push(plan);
        touched.add(plan.id);
        await turn();
      } catch (error) {
        throw failureOf(error, isBatch ? index : null, []);
      }
    }
    const edits = await this.#runAll(to.calendar, planned, isBatch);
    await this.#undo.push(edits, options.undo);
    return this.#results(to, operations, edits);
  }

  /** Keeps the UID; metadata goes along between own calendars. The original stays if the target refuses. */
  async move(
    from: AddressedCalendar,
    id: string,
    to: AddressedCalendar,
    options: { readonly access: ItemAccess; readonly undo: UndoOption },
  ): Promise<WireItem> {
    const { access, undo } = options;
    if (from.serverSide || to.serverSide) {
      throw extensionError("items.move does not take cacheIds.");
    }
    this.#undo.check(undo, "options.undo");
    const item = await required(from.calendar, id);
    if (from.calendar.id === to.calendar.id)
      return this.#reader.describeVisible(item, to.calendar, null);
    const kept = access.isOwn(from.calendar)
      ? await this.#own.read(from.calendar.id, id, false)
      : null;
    const staysOwn = access.isOwn(to.calendar);
    // What Thunderbird made of a kept text bears marks that mean nothing elsewhere.
    const copy = (staysOwn || kept === null ? null : itemIn(kept.text, id)) ?? item.clone();
    const metadata = staysOwn ? readMetadata(kept?.metadata) : undefined;
    const move = new Move(item, from.calendar, copy, to.calendar, metadata);
    await move.run();
    await this.#undo.push([move], undo);
    return this.#reader.describeVisible(move.item, to.calendar, null);
  }

  /** Whatever can be refused before anything is written is refused here. */
  async #plan(
    to: AddressedCalendar,
    operation: ItemOperation,
    touched: ReadonlySet<string | null>,
  ): Promise<PlannedEdit> {
    const { calendar } = to;
    if (operation.action !== "create" && !touched.has(operation.id)) {
      await required(calendar, operation.id);
    }
    if (operation.action === "remove") {
      const { id } = operation;
      return { id, start: async () => new Removal(calendar, await required(calendar, id)) };
    }
    const { item: properties } = operation;
    readReturnFormat(properties.returnFormat);
    const isOwn = calendar.type === this.#own.ownType;
    const given = readMetadata(properties.metadata);
    const metadata = isOwn ? given : undefined;
    if (operation.action === "create") {
      const { item } = newDraft(properties);
      item.calendar = calendar;
      return { id: item.id, start: async () => new Addition(calendar, item, metadata) };
    }
    const { id } = operation;
    const start = async (): Promise<Change> => {
      const old = await required(calendar, id);
      const shown = serialiseResource(old.parentItem);
      const { item } = changedDraft({ id, stamped: true }, properties, shown);
      item.calendar = calendar;
      const step = metadata === undefined ? undefined : await this.#step(calendar, id, metadata);
      return new Change(calendar, item, old, step);
    };
    return { id, start };
  }

  async #step(calendar: calICalendar, id: string, change: MetadataChange): Promise<MetadataStep> {
    const before = (await this.#own.read(calendar.id, id, false))?.metadata;
    return { change, reverse: reversed(change, (before ?? null) as Json) };
  }

  async #runAll(
    calendar: calICalendar,
    planned: readonly PlannedEdit[],
    isBatch: boolean,
  ): Promise<ItemWithEdit[]> {
    const done: ItemWithEdit[] = [];
    if (isBatch) calendar.startBatch();
    try {
      for (const { start } of planned) {
        const edit = await start();
        await edit.run();
        done.push(edit);
      }
      return done;
    } catch (error) {
      throw failureOf(error, isBatch ? done.length : null, await takeBack(done));
    } finally {
      if (isBatch) calendar.endBatch();
    }
  }

  async #results(
    to: AddressedCalendar,
    operations: readonly ItemOperation[],
    edits: readonly ItemWithEdit[],
  ): Promise<(WireItem | null)[]> {
    const results: (WireItem | null)[] = [];
    const turn = slices();
    for (const [index, operation] of operations.entries()) {
      const item = edits[index]?.item;
      if (operation.action === "remove" || item === undefined) results.push(null);
      else {
        const format = readReturnFormat(operation.item.returnFormat);
        results.push(await this.#reader.describeVisible(item, to.calendar, format));
      }
      await turn();
    }
    return results;
  }
}

/** @returns the indexes of those that could not be taken back */
async function takeBack(edits: readonly ItemEdit[]): Promise<number[]> {
  const stuck: number[] = [];
  for (const [index, edit] of [...edits.entries()].toReversed()) {
    try {
      await edit.takeBack();
    } catch {
      stuck.unshift(index);
    }
  }
  return stuck;
}

/** @throws ExtensionError when the calendar has no such item */
async function required(calendar: calICalendar, id: string): Promise<calIItemBase> {
  const item = await calendar.getItem(id);
  if (item === null) throw extensionError(`The calendar has no item with the id "${id}".`);
  return item;
}

function itemIn(text: string, id: string): calIItemBase | null {
  try {
    return parseItems(text).find((item) => item.id === id) ?? null;
  } catch {
    return null;
  }
}
