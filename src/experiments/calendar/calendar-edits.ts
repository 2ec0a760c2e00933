/**
 * What the user does to items: add, change, delete, and their undo and redo. Each edit is committed durably
 * before anything is shown or sent, and is a delta from the version the user saw: it is laid over the row's
 * present text, which a sync may have replaced while a dialog was open. The text keeps everything that the
 * edit does not touch.
 *
 * Items handed in may be immutable (undo, redo), belong to another calendar or none (drag, paste, import), have
 * no UID, or be an occurrence: none of them is changed, a clone is.
 */
import { extractAcks } from "../../shared/ical/acks.ts";
import { applyEdit } from "../../shared/ical/apply-edit.ts";
import { resourceUids } from "../../shared/ical/identity.ts";
import { newResourceText } from "../../shared/ical/new-resource.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import { withoutItem } from "../../shared/ical/without-item.ts";
import type { CalendarRows } from "./calendar-rows.ts";
import { conflictOf, type EditPolicy, outgoingOf, serialised } from "./edit-texts.ts";
import { calendarUtils } from "./gecko-modules.ts";
import type { ItemQuery } from "./item-query.ts";
import { revisionOf } from "./item-revision.ts";
import type { OwnCalendar } from "./own-calendar.ts";
import { isMadeUp, overridesOf } from "./resource-items.ts";
import { announceServerSide } from "./server-announcements.ts";
import type { StoredItemWithText } from "./store/item-store.ts";
import type { MetadataChange } from "./store/metadata.ts";

/** Called after the commit and after the views know, not awaited. */
export interface EditHooks {
  /** The id that an item has now which an undo or an open dialog knows by an older one. */
  currentId(uid: string): string;
  created(item: calIItemBase, row: StoredItemWithText): void;
  updated(item: calIItemBase, row: StoredItemWithText, old: calIItemBase): void;
  removed(item: calIItemBase, row: StoredItemWithText): void;
}

/** How often a row may be overtaken by a sync within one edit. */
const MOST_ATTEMPTS = 8;

export class CalendarEdits {
  readonly #calendar: OwnCalendar;
  readonly #rows: CalendarRows;
  readonly #query: ItemQuery;
  readonly #hooks: EditHooks;
  readonly #policy: EditPolicy;
  /** Edits of one calendar happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    calendar: OwnCalendar,
    rows: CalendarRows,
    query: ItemQuery,
    hooks: EditHooks,
    policy: EditPolicy,
  ) {
    this.#policy = policy;
    this.#calendar = calendar;
    this.#rows = rows;
    this.#query = query;
    this.#hooks = hooks;
  }

  /** @throws calIErrors.DUPLICATE_ID, CAL_IS_READONLY; whatever the store throws: then nothing was changed */
  add(item: calIItemBase, metadata?: MetadataChange): Promise<calIItemBase> {
    return this.#inTurn(async () => {
      const added = this.#ownCopy(item);
      if (added.id === null || added.id === "") added.id = calendarUtils().getUUID();
      const uid = added.id;
      const after = serialised(added);
      const text = (await this.#textOfReturningItem(added, after)) ?? newResourceText(after);
      return this.#commitNew(uid, text, extractAcks(after), metadata);
    });
  }

  /** @param metadata stored by the same transaction */
  modify(
    newItem: calIItemBase,
    oldItem: calIItemBase | null,
    metadata?: MetadataChange,
  ): Promise<calIItemBase> {
    return this.#inTurn(() => {
      const seen = oldItem === null ? null : this.#underCurrentId(oldItem.parentItem);
      return this.#modify(this.#underCurrentId(this.#ownCopy(newItem)), seen, metadata);
    });
  }

  /**
   * An occurrence is taken out of its series. An item that is gone already is no error.
   * @throws calIErrors.CAL_IS_READONLY also where the service lets nothing be deleted. New items and changes are taken
   *   even so: Thunderbird offers neither, and what was typed in a dialog opened before has no other place
   */
  remove(item: calIItemBase): Promise<void> {
    return this.#inTurn(async () => {
      this.#assertWritable();
      this.#assertRemovable();
      if (item.parentItem !== item && item.recurrenceId !== null) {
        const seen = this.#underCurrentId(item.parentItem);
        const series = seen.clone();
        series.calendar = this.#calendar;
        series.recurrenceInfo?.removeOccurrenceAt(item.recurrenceId);
        if (!isMadeUp(series) || overridesOf(series).length > 0) {
          await this.#modify(series, seen);
          return;
        }
      }
      await this.#removeResource(this.#underCurrentId(item.parentItem));
    });
  }

  async #modify(
    changed: calIItemBase,
    seen: calIItemBase | null,
    metadata?: MetadataChange,
  ): Promise<calIItemBase> {
    const uid = seen?.id ?? changed.id;
    if (uid === null || changed.id !== uid) {
      throw Components.Exception("The UID of an item cannot be changed", Cr.NS_ERROR_INVALID_ARG);
    }
    const after = serialised(changed);
    const acks = extractAcks(after);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const row = await this.#query.rowOf(uid);
      const shown = row && this.#query.itemsOf(row).items.find((each) => each.id === uid);
      const old = seen ?? shown;
      if (row === null || !old) {
        // Removed meanwhile, here or on the server: the user's version is kept as a new item.
        const text = old ? await this.#textOfReturningItem(old, after) : null;
        return this.#commitNew(uid, text ?? newResourceText(after), acks, metadata);
      }
      const revision = revisionOf(old);
      const known = revision === null ? null : await this.#rows.bodyAt(revision);
      // A text of before the item got another id is no base of this one's.
      const original = known !== null && resourceUids(known).includes(uid) ? known : null;
      const edit = { before: serialised(old), after, current: row.text, original };
      const { text, significant, conflicts } = applyEdit(edit);
      const outgoing = outgoingOf(this.#policy, row.text, text, acks);
      if (!significant && outgoing.text === row.text) {
        if (metadata !== undefined) await this.#rows.changeMetadata(row, metadata);
        return this.#acknowledge(row, outgoing.acks, uid, old);
      }
      const conflict = conflictOf(conflicts, edit);
      const stored = await this.#rows.update(row, outgoing.text, outgoing.acks, {
        ...(conflict === undefined ? {} : { conflict }),
        ...(metadata === undefined ? {} : { metadata }),
      });
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
    row: StoredItemWithText,
    acks: string,
    uid: string,
    old: calIItemBase,
  ): Promise<calIItemBase> {
    const stored = (await this.#rows.setAcks(row, acks)) ?? { ...row, acks };
    this.#query.forget(row.name);
    const item = this.#itemOf(stored, uid);
    // No edit: nobody but the views and the reminders has to know.
    announceServerSide(() => this.#calendar.observers.notify("onModifyItem", [item, old]));
    return item;
  }

  async #removeResource(item: calIItemBase): Promise<void> {
    if (item.id === null) return;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const row = await this.#query.rowOf(item.id);
      if (row === null) return;
      const { items } = this.#query.itemsOf(row);
      const shown = items.find((each) => each.id === item.id) ?? item;
      const [other] = items.filter((each) => each.id !== item.id);
      if (other !== undefined) {
        // Its resource holds more than this item: only this one goes.
        const rest = await this.#rows.update(row, withoutItem(row.text, item.id), row.acks);
        if (rest === null) continue;
        this.#calendar.observers.notify("onDeleteItem", [shown]);
        this.#hooks.updated(other, rest, other);
        return;
      }
      if (!(await this.#rows.remove(row))) continue;
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

  async #commitNew(
    uid: string,
    text: string,
    acks: string,
    metadata?: MetadataChange,
  ): Promise<calIItemBase> {
    const outgoing = outgoingOf(this.#policy, null, text, acks);
    const stored = await this.#rows.create(uid, outgoing.text, outgoing.acks, metadata);
    if (stored === null) {
      throw Components.Exception(
        "An item with this UID is in the calendar already",
        Ci.calIErrors.DUPLICATE_ID,
      );
    }
    const item = this.#itemOf(stored, uid);
    this.#calendar.observers.notify("onAddItem", [item]);
    this.#hooks.created(item, stored);
    return item;
  }

  /**
   * An item that comes back (undo) or moves here from another of our calendars had a text: that is kept, changed
   * by what the item differs from it.
   */
  async #textOfReturningItem(item: calIItemBase, after: string): Promise<string | null> {
    const { id } = item;
    const revision = revisionOf(item);
    const original = revision === null ? null : await this.#rows.bodyAt(revision);
    if (original === null || id === null || scanColumns(original).uid !== id) return null;
    const was = this.#query.itemFrom(original, id);
    if (was === undefined) return null;
    const edit = { before: serialised(was), after, current: original, original: null };
    return applyEdit(edit).text;
  }

  #underCurrentId(item: calIItemBase): calIItemBase {
    const id = item.id === null ? null : this.#hooks.currentId(item.id);
    if (id === item.id) return item;
    const copy = item.clone();
    copy.id = id;
    return copy;
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

  #itemOf(row: StoredItemWithText, uid: string): calIItemBase {
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

  #assertRemovable(): void {
    if (this.#policy.rights.remove) return;
    throw Components.Exception(
      "The calendar lets nothing be deleted from it",
      Ci.calIErrors.CAL_IS_READONLY,
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
