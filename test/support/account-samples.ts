/** Accounts and calendars as the background remembers and shows them, whole but for what a test says. */
import type {
  StoredAccount,
  StoredCalendar,
} from "../../src/background/settings/account-settings.ts";
import type { DiscoveredCalendar } from "../../src/shared/commands.ts";

export const ALL_RIGHTS = { add: true, change: true, remove: true };

export function discoveredCalendar(
  url: string,
  displayName: string,
  changes: Partial<DiscoveredCalendar> = {},
): DiscoveredCalendar {
  return {
    url,
    displayName,
    color: "#112233",
    components: ["VEVENT", "VTODO"],
    readOnly: false,
    rights: ALL_RIGHTS,
    description: "",
    relation: "own",
    owner: null,
    timeZone: null,
    ...changes,
  };
}

export function storedCalendarSample(
  id: string,
  url: string,
  changes: Partial<StoredCalendar> = {},
): StoredCalendar {
  return {
    id,
    url,
    components: ["VEVENT"],
    relation: "own",
    owner: null,
    seen: {
      name: id,
      color: null,
      readOnly: false,
      rights: ALL_RIGHTS,
      description: "",
      timeZone: null,
    },
    given: null,
    identity: null,
    replacedBy: null,
    ...changes,
  };
}

export function storedAccount(changes: Partial<StoredAccount> = {}): StoredAccount {
  return {
    id: "a1",
    location: "dav.example.org",
    username: "ada",
    origin: "https://dav.example.org",
    principal: "https://dav.example.org/ada/",
    homes: ["https://dav.example.org/ada/"],
    calendars: [],
    agreedHosts: [],
    offered: [],
    declined: [],
    ...changes,
  };
}
