/**
 * What a service lets the user do with the items of a calendar, in the words of the API and as Thunderbird's commands
 * and dialogs ask for it: by the access control of calendars (`calICalendarACLEntry`, `calIItemACLEntry`).
 */
import type { Capabilities } from "./capabilities.ts";

export interface ItemRights {
  readonly create: boolean;
  readonly update: boolean;
  readonly remove: boolean;
}

/** What nothing is said about is allowed. */
export function itemRights({ items }: Capabilities): ItemRights {
  const said = (items ?? {}) as { readonly [K in keyof ItemRights]?: unknown };
  return {
    create: said.create !== false,
    update: said.update !== false,
    remove: said.remove !== false,
  };
}

/** Of one calendar. */
export interface AccessControl {
  readonly calendar: calICalendarACLEntry;
  readonly manager: calICalendarACLManager;
}

/** @param rights asked for each time: Thunderbird keeps an item's access with the item */
export function accessControl(rights: () => ItemRights): AccessControl {
  const manager: calICalendarACLManager = {
    QueryInterface: ChromeUtils.generateQI(["calICalendarACLManager"]),
    getCalendarEntry(asked, listener) {
      const { GET } = Ci.calIOperationListener;
      listener.onOperationComplete(asked, Cr.NS_OK, GET, asked.id, calendar);
    },
    getItemEntry: () => item,
  };
  const calendar: calICalendarACLEntry = {
    QueryInterface: ChromeUtils.generateQI(["calICalendarACLEntry"]),
    aclManager: manager,
    get hasAccessControl() {
      const { create, update, remove } = rights();
      return !(create && update && remove);
    },
    get userIsOwner() {
      return !this.hasAccessControl;
    },
    get userCanAddItems() {
      return rights().create;
    },
    get userCanDeleteItems() {
      return rights().remove;
    },
    // Whose calendar it is, is not known here: nobody acts for somebody else.
    getUserAddresses: () => [],
    getUserIdentities: identities,
    getOwnerIdentities: identities,
    refresh() {},
  };
  const item: calIItemACLEntry = {
    QueryInterface: ChromeUtils.generateQI(["calIItemACLEntry"]),
    calendarEntry: calendar,
    get userCanModify() {
      return rights().update;
    },
    get userCanRespond() {
      return rights().update;
    },
    userCanViewAll: true,
    userCanViewDateAndTime: true,
  };
  return { calendar, manager };
}

function identities(): readonly unknown[] {
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  return MailServices.accounts.allIdentities;
}
