/**
 * What the user does to items: add, change, delete, and their undo and redo. Each edit is committed durably
 * before anything is shown or sent, and is a delta from the version the user saw: it is laid over the row's
 * present text, which a sync may have replaced while a dialog was open. The text keeps everything that the
 * edit does not touch.
 *
 * Items handed in may be immutable (undo, redo), belong to another calendar or none (drag, paste, import), have
 * no UID, or be an occurrence: none of them is changed, a clone is.
 */
import { calendarUtils } from "./gecko-modules.ts";
import type { ItemQuery, VisibleRow } from "./item-query.ts";
import { isMadeUp, overridesOf, serialiseResource } from "./resource-items.ts";

/** A change of texts: RFC 5545 resources as Thunderbird writes them (before, after) and as they are kept. */
export interface TextEdit {
  /** The version the user saw and the one they want, both from Thunderbird's serialiser. */
  readonly before: string;
  readonly after: string;
  /** The row's text now. */
  readonly current: string;
  /** The kept text that `before` was parsed from. */
  readonly original: string;
}

export interface EditedText {
  readonly text: string;
  /** False when only acknowledgements of alarms differ: nothing for the server. */
  readonly significant: boolean;
  readonly acks: string;
}

/** The text work, pure. */
export interface EditTexts {
  apply(edit: TextEdit): EditedText;
  create(serialised: string): string;
  /** Without the marks that the provider put in before parsing. */
  strip(serialised: string): string;
  /** The revision an item carries, `null` for an item of another calendar or program. */
  revisionOf(item: calIItemBase): number | null;
}

export interface EditStore {
  /** The visible row of a UID; `null` also while its delete is pending. */
  readByUid(uid: string): Promise<VisibleRow | null>;
  /** The text that a UID's row had at a revision; `null` if it is not kept any more. */
  bodyAt(uid: string, revision: number): Promise<string | null>;
  /** Durable when it resolves; the new row. A pending delete of the UID is taken back. */
  create(uid: string, text: string): Promise<VisibleRow>;
  /** Durable when it resolves; `null` if the row is no longer at `expected`: read again. */
  update(row: VisibleRow, text: string, acks: string): Promise<VisibleRow | null>;
  remove(row: VisibleRow): Promise<boolean>;
  setAcks(row: VisibleRow, acks: string): Promise<VisibleRow>;
}

/** Called after the commit and after the views know, not awaited. */
export interface EditHooks {
  created(item: calIItemBase, row: VisibleRow): void;
  updated(item: calIItemBase, row: VisibleRow, old: calIItemBase): void;
  removed(item: calIItemBase, row: VisibleRow): void;
}

/** How often a row may be overtaken by a sync within one edit. */
const MOST_ATTEMPTS = 8;

export class CalendarEdits {
  readonly #calendar: calICalendar & { readonly observers: CalProviderBase["observers"] };
  readonly #store: EditStore;
  readonly #texts: EditTexts;
  readonly #query: ItemQuery;
  readonly #hooks: EditHooks;
  /** Edits of one calendar happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    calendar: calICalendar & { readonly observers: CalProviderBase["observers"] },
    store: EditStore,
    texts: EditTexts,
    query: ItemQuery,
    hooks: EditHooks,
  ) {
    this.#calendar = calendar;
    this.#store = store;
    this.#texts = texts;
    this.#query = query;
    this.#hooks = hooks;
  }

  /** @throws calIErrors.DUPLICATE_ID, CAL_IS_READONLY; whatever the store throws: then nothing was changed */
  add(item: calIItemBase): Promise<calIItemBase> {
    return this.#inTurn(async () => {
      const added = this.#ownCopy(item);
      if (added.id === null || added.id === "") added.id = calendarUtils().getUUID();
      const uid = added.id;
      if ((await this.#store.readByUid(uid)) !== null) {
        throw Components.Exception(
          "An item with this UID is in the calendar already",
          Ci.calIErrors.DUPLICATE_ID,
        );
      }
      const text = (await this.#textOfReturningItem(item, added)) ?? this.#newText(added);
      return this.#commitNew(uid, text);
    });
  }

  modify(newItem: calIItemBase, oldItem: calIItemBase | null): Promise<calIItemBase> {
    return this.#inTurn(() => this.#modify(this.#ownCopy(newItem), oldItem?.parentItem ?? null));
  }

  /** An occurrence is taken out of its series. An item that is gone already is no error. */
  remove(item: calIItemBase): Promise<void> {
    return this.#inTurn(async () => {
      this.#assertWritable();
      if (item.parentItem !== item && item.recurrenceId !== null) {
        const series = item.parentItem.clone();
        series.calendar = this.#calendar;
        series.recurrenceInfo?.removeOccurrenceAt(item.recurrenceId);
        if (!isMadeUp(series) || overridesOf(series).length > 0) {
          await this.#modify(series, item.parentItem);
          return;
        }
      }
      await this.#removeResource(item.parentItem);
    });
  }

  async #modify(changed: calIItemBase, seen: calIItemBase | null): Promise<calIItemBase> {
    const uid = seen?.id ?? changed.id;
    if (uid === null || changed.id !== uid) {
      throw Components.Exception("The UID of an item cannot be changed", Cr.NS_ERROR_INVALID_ARG);
    }
    const after = this.#texts.strip(serialiseResource(changed));
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const row = await this.#store.readByUid(uid);
      if (row === null) {
        // Removed meanwhile, here or on the server: the user's version is kept as a new item.
        const text = seen === null ? null : await this.#textOfReturningItem(seen, changed);
        return this.#commitNew(uid, text ?? this.#newText(changed));
      }
      const shown = this.#query.itemsOf(row).items.find((each) => each.id === uid);
      const old = seen ?? shown;
      if (old === undefined) return this.#commitNew(uid, this.#newText(changed));
      const revision = this.#texts.revisionOf(old);
      const original = revision === null ? null : await this.#store.bodyAt(uid, revision);
      const edited = this.#texts.apply({
        before: this.#texts.strip(serialiseResource(old)),
        after,
        current: row.text,
        original: original ?? row.text,
      });
      if (!edited.significant) return this.#acknowledge(row, edited.acks, uid, old);
      const stored = await this.#store.update(row, edited.text, edited.acks);
      if (stored === null) continue;
      const item = this.#itemOf(stored, uid);
      this.#calendar.observers.notify("onModifyItem", [item, shown ?? old]);
      this.#hooks.updated(item, stored, shown ?? old);
      return item;
    }
    throw Components.Exception(
      "The item kept changing while the edit was stored",
      Ci.calIErrors.MODIFICATION_FAILED,
    );
  }

  /** Snoozed and dismissed alarms stay here: neither the text nor the server's copy changes. */
  async #acknowledge(
    row: VisibleRow,
    acks: string,
    uid: string,
    old: calIItemBase,
  ): Promise<calIItemBase> {
    const stored = await this.#store.setAcks(row, acks);
    this.#query.forget(row.name);
    const item = this.#itemOf(stored, uid);
    this.#calendar.observers.notify("onModifyItem", [item, old]);
    return item;
  }

  async #removeResource(item: calIItemBase): Promise<void> {
    if (item.id === null) return;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const row = await this.#store.readByUid(item.id);
      if (row === null) return;
      const shown = this.#query.itemsOf(row).items.find((each) => each.id === item.id) ?? item;
      if (!(await this.#store.remove(row))) continue;
      this.#query.forget(row.name);
      this.#calendar.observers.notify("onDeleteItem", [shown]);
      this.#hooks.removed(shown, row);
      return;
    }
    throw Components.Exception(
      "The item kept changing while it was deleted",
      Ci.calIErrors.MODIFICATION_FAILED,
    );
  }

  async #commitNew(uid: string, text: string): Promise<calIItemBase> {
    const stored = await this.#store.create(uid, text);
    const item = this.#itemOf(stored, uid);
    this.#calendar.observers.notify("onAddItem", [item]);
    this.#hooks.created(item, stored);
    return item;
  }

  /** What an undo brings back had a text of its own: it is restored, changed by nothing but the edit. */
  async #textOfReturningItem(seen: calIItemBase, wanted: calIItemBase): Promise<string | null> {
    const revision = this.#texts.revisionOf(seen.parentItem);
    if (revision === null || seen.id === null) return null;
    const original = await this.#store.bodyAt(seen.id, revision);
    if (original === null) return null;
    const before = this.#texts.strip(serialiseResource(seen.parentItem));
    const after = this.#texts.strip(serialiseResource(wanted));
    return this.#texts.apply({ before, after, current: original, original }).text;
  }

  #newText(item: calIItemBase): string {
    return this.#texts.create(this.#texts.strip(serialiseResource(item)));
  }

  /** A mutable copy of the whole resource, of this calendar; a changed occurrence becomes its override. */
  #ownCopy(item: calIItemBase): calIItemBase {
    this.#assertWritable();
    const parent = item.parentItem;
    const copy = parent.clone();
    copy.calendar = this.#calendar;
    if (parent !== item && item.recurrenceId !== null) {
      const recurrence = copy.recurrenceInfo;
      // An undo hands back the generated instance, which never was an override.
      const generated = !item.isMutable && recurrence?.getExceptionFor(item.recurrenceId) === null;
      if (!generated) recurrence?.modifyException(item, false);
    }
    return copy;
  }

  #itemOf(row: VisibleRow, uid: string): calIItemBase {
    const item = this.#query.itemsOf(row).items.find((each) => each.id === uid);
    if (item === undefined) {
      throw Components.Exception(
        "The edit is stored, but cannot be shown",
        Ci.calIErrors.READ_FAILED,
      );
    }
    return item;
  }

  #assertWritable(): void {
    if (this.#calendar.readOnly) {
      throw Components.Exception("The calendar is read-only", Ci.calIErrors.CAL_IS_READONLY);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
