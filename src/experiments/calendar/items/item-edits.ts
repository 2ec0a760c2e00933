/**
 * Changes of items through their calendar, as the user's own edits go, each of which can be taken back and made
 * once more. What an add-on changes sends no invitations.
 */
import { extensionError } from "../extension-error.ts";
import { calendarUtils } from "../gecko-modules.ts";
import type { KeeperCalendar } from "../keeper-calendar.ts";
import type { MetadataChange } from "../store/metadata.ts";
import { refusalInWords } from "./calendar-refusal.ts";

export interface ItemEdit {
  /** Those that it writes to. */
  readonly calendars: readonly calICalendar[];
  /** Nothing if it is done already. @throws ExtensionError: then the calendars are as they were */
  run(): Promise<void>;
  /** Nothing if it is not done. */
  takeBack(): Promise<void>;
}

/** Metadata is only given for the add-on's own calendars. */
type Metadata = MetadataChange | undefined;

abstract class SingleEdit implements ItemEdit {
  readonly calendars: readonly calICalendar[];
  protected readonly calendar: calICalendar;
  #state: "open" | "done" = "open";

  constructor(calendar: calICalendar) {
    this.calendars = [calendar];
    this.calendar = calendar;
  }

  async run(): Promise<void> {
    if (this.#state === "done") return;
    await this.make();
    this.#state = "done";
  }

  async takeBack(): Promise<void> {
    if (this.#state === "open") return;
    await this.unmake();
    this.#state = "open";
  }

  protected abstract make(): Promise<void>;
  protected abstract unmake(): Promise<void>;
}

export class Addition extends SingleEdit {
  readonly #metadata: Metadata;
  #item: calIItemBase;

  constructor(calendar: calICalendar, item: calIItemBase, metadata: Metadata) {
    super(calendar);
    this.#item = item;
    this.#metadata = metadata;
  }

  /** As the calendar stored it. */
  get item(): calIItemBase {
    return this.#item;
  }

  protected override async make(): Promise<void> {
    this.#item = await add(this.calendar, this.#item, this.#metadata);
  }

  protected override async unmake(): Promise<void> {
    await remove(this.calendar, this.#item);
  }
}

/** A change of metadata and the one that takes it back. */
export interface MetadataStep {
  readonly change: MetadataChange;
  readonly reverse: MetadataChange;
}

export class Change extends SingleEdit {
  readonly #metadata: MetadataStep | undefined;
  #old: calIItemBase;
  #item: calIItemBase;

  constructor(
    calendar: calICalendar,
    item: calIItemBase,
    old: calIItemBase,
    metadata: MetadataStep | undefined,
  ) {
    super(calendar);
    this.#item = item;
    this.#old = old;
    this.#metadata = metadata;
  }

  get item(): calIItemBase {
    return this.#item;
  }

  protected override async make(): Promise<void> {
    this.#item = await modify(this.calendar, this.#item, this.#old, this.#metadata?.change);
  }

  protected override async unmake(): Promise<void> {
    this.#old = await modify(this.calendar, this.#old, this.#item, this.#metadata?.reverse);
  }
}

export class Removal extends SingleEdit {
  #item: calIItemBase;

  constructor(calendar: calICalendar, item: calIItemBase) {
    super(calendar);
    this.#item = item;
  }

  protected override async make(): Promise<void> {
    await remove(this.calendar, this.#item);
  }

  protected override async unmake(): Promise<void> {
    this.#item = await add(this.calendar, this.#item, undefined);
  }
}

/** First the new one, then the old one: in between there are two, never none. */
export class Move implements ItemEdit {
  readonly calendars: readonly calICalendar[];
  readonly #addition: Addition;
  readonly #removal: Removal;

  /** @param copy the item for its new calendar, mutable @param metadata of it there */
  constructor(
    item: calIItemBase,
    from: calICalendar,
    copy: calIItemBase,
    to: calICalendar,
    metadata: Metadata,
  ) {
    copy.calendar = to;
    this.calendars = [from, to];
    this.#addition = new Addition(to, copy, metadata);
    this.#removal = new Removal(from, item);
  }

  get item(): calIItemBase {
    return this.#addition.item;
  }

  async run(): Promise<void> {
    await both(this.#addition, this.#removal);
  }

  async takeBack(): Promise<void> {
    await this.#removal.takeBack();
    await this.#addition.takeBack();
  }
}

async function both(addition: Addition, removal: Removal): Promise<void> {
  await addition.run();
  try {
    await removal.run();
  } catch (error) {
    try {
      await addition.takeBack();
    } catch {
      throw extensionError(
        "The first calendar did not give the item up, and it could not be taken out of the second again: it is in both now.",
      );
    }
    throw error;
  }
}

async function add(
  calendar: calICalendar,
  item: calIItemBase,
  metadata: Metadata,
): Promise<calIItemBase> {
  const isAllowed = calendarUtils().acl.userCanAddItemsToCalendar(calendar);
  if (!isAllowed) throw notAllowed(calendar, "be added to");
  return refusalInWords(
    metadata === undefined ? calendar.addItem(item) : ours(calendar).addItem(item, metadata),
  );
}

async function modify(
  calendar: calICalendar,
  item: calIItemBase,
  old: calIItemBase,
  metadata: Metadata,
): Promise<calIItemBase> {
  const isAllowed = calendarUtils().acl.userCanModifyItem(old);
  if (!isAllowed) throw notAllowed(calendar, "be changed in");
  return refusalInWords(
    metadata === undefined
      ? calendar.modifyItem(item, old)
      : ours(calendar).modifyItem(item, old, metadata),
  );
}

async function remove(calendar: calICalendar, item: calIItemBase): Promise<void> {
  const isAllowed = calendarUtils().acl.userCanDeleteItemsFromCalendar(calendar);
  if (!isAllowed) throw notAllowed(calendar, "be deleted from");
  return refusalInWords(calendar.deleteItem(item));
}

/** @param what the sentence goes on with */
function notAllowed({ id }: calICalendar, what: string): Error {
  return extensionError(`Its service lets nothing ${what} the calendar "${id}".`);
}

/** Behind the wrapper of XPCOM, which passes on only what it knows. */
function ours(calendar: calICalendar): KeeperCalendar {
  return (calendar.wrappedJSObject ?? calendar) as unknown as KeeperCalendar;
}
