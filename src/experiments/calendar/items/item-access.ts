/**
 * Which calendars an add-on may read and write, and the calendar that a caller names. A provider's own calendars
 * are open to it; items of any other calendar want a permission of the manifest.
 */
import { extensionError } from "../extension-error.ts";
import { findCalendar, parseCalendarId } from "../wire-calendar.ts";

export type AccessKind = "read" | "write";

/** Names of the permissions in the manifest; writing includes reading. */
const PERMISSIONS = { read: "calendarItemsRead", write: "calendarItemsWrite" } as const;

export interface AddressedCalendar {
  /** As the caller wrote it: results carry it. */
  readonly askedId: string;
  readonly calendar: calICalendar;
  /** True for a `cacheId`: what the server holds, written without telling the provider. */
  readonly serverSide: boolean;
}

export class ItemAccess {
  readonly #ownType: string;
  readonly #permissions: ReadonlySet<string>;

  /**
   * @param ownType the calendar type of the asking add-on
   * @param permissions what its manifest asks for
   */
  constructor(ownType: string, permissions: ReadonlySet<string>) {
    this.#ownType = ownType;
    this.#permissions = permissions;
  }

  /** True for items of calendars of any type. */
  get mayReadAll(): boolean {
    return this.#permissions.has(PERMISSIONS.read) || this.#mayWriteAll;
  }

  get #mayWriteAll(): boolean {
    return this.#permissions.has(PERMISSIONS.write);
  }

  isOwn(calendar: calICalendar): boolean {
    return calendar.type === this.#ownType;
  }

  mayRead(calendar: calICalendar): boolean {
    return this.isOwn(calendar) || this.mayReadAll;
  }

  /** @throws ExtensionError naming the permission that is missing */
  requireReadAll(what: string): void {
    if (!this.mayReadAll) throw missing("read", what);
  }

  /**
   * A calendar to read from, switched off or not.
   * @param argument the name of the argument that holds the id
   * @throws ExtensionError for an unknown calendar, another add-on's `cacheId`, a missing permission
   */
  reading(askedId: string, argument: string): AddressedCalendar {
    const addressed = this.#find(askedId, argument);
    if (!this.mayRead(addressed.calendar)) {
      throw missing("read", `Reading items of the calendar "${addressed.calendar.id}"`);
    }
    return addressed;
  }

  /**
   * A calendar to write to. What the server holds is written whatever the user may change.
   * @throws ExtensionError as {@link reading}, and for a calendar that is read-only or switched off
   */
  writing(askedId: string, argument: string): AddressedCalendar {
    const addressed = this.#find(askedId, argument);
    const { calendar, serverSide } = addressed;
    if (!this.isOwn(calendar) && !this.#mayWriteAll) {
      throw missing("write", `Writing items of the calendar "${calendar.id}"`);
    }
    if (serverSide) return addressed;
    if (calendar.getProperty("disabled")) {
      throw extensionError(`${argument}: the calendar "${askedId}" is switched off.`);
    }
    if (calendar.readOnly) {
      throw extensionError(`${argument}: the calendar "${askedId}" is read-only.`);
    }
    return addressed;
  }

  /** @throws ExtensionError when the id does not address the server side of an own calendar */
  serverSide(askedId: string, argument: string): AddressedCalendar {
    const addressed = this.#find(askedId, argument);
    if (!this.isOwn(addressed.calendar)) {
      throw extensionError(
        `${argument}: only the add-on's own calendars have a server side, "${askedId}" is none of them.`,
      );
    }
    return { ...addressed, serverSide: true };
  }

  #find(askedId: string, argument: string): AddressedCalendar {
    const { id, serverSide } = parseCalendarId(askedId);
    const calendar = findCalendar(id);
    if (calendar === null) {
      throw extensionError(`${argument}: there is no calendar with the id "${askedId}".`);
    }
    if (serverSide && !this.isOwn(calendar)) {
      throw extensionError(
        `${argument}: only the add-on's own calendars have a server side, "${askedId}" is none of them.`,
      );
    }
    return { askedId, calendar, serverSide };
  }
}

function missing(kind: AccessKind, what: string): Error {
  return extensionError(
    `${what} needs the permission "${PERMISSIONS[kind]}" in the add-on's manifest.`,
  );
}

/**
 * Read from the manifest as it was written: Thunderbird leaves permissions out that it does not know itself, and
 * a schema of an experiment comes too late to teach it others.
 */
export function accessOf(extension: GeckoExtension, ownType: string): () => Promise<ItemAccess> {
  let access: Promise<ItemAccess> | undefined;
  const read = async (): Promise<ItemAccess> => {
    const { permissions } = await extension.readJSON("manifest.json");
    return new ItemAccess(ownType, new Set(Array.isArray(permissions) ? permissions : []));
  };
  return () => {
    access ??= read().catch((error: unknown) => {
      access = undefined;
      throw error;
    });
    return access;
  };
}
