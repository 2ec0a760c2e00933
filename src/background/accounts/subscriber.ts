/** Makes calendars of a server appear in Thunderbird's list. Whose they are is remembered elsewhere. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import type { StoredCalendar } from "../settings/account-settings.ts";
import { storedCalendar } from "./account-records.ts";
import { ALL_KINDS, kindsOf } from "./following.ts";

/** Marks our calendars' URLs, so that Thunderbird's own CalDAV does not take the collection for subscribed. */
export const URL_MARK = "#caldav-keeper";

/** For calendars whose server names no colour. */
const PALETTE = ["#3584e4", "#2ec27e", "#e66100", "#9141ac", "#c64600", "#1a7f8e", "#a51d2d"];

export interface SubscriberDependencies {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "create" | "query">;
  /** `ext-<add-on id>`. */
  readonly calendarType: string;
}

/**
 * Makes the calendar in Thunderbird, or takes one that an interrupted attempt left behind.
 * @param owned ids of calendars that belong to an account
 * @param position among those made at once: chooses the colour where the server names none
 */
export async function subscribe(
  { calendars, calendarType }: SubscriberDependencies,
  calendar: DiscoveredCalendar,
  owned: ReadonlySet<string>,
  position: number,
): Promise<StoredCalendar> {
  const url = calendar.url + URL_MARK;
  const orphan = (await calendars.query({ type: calendarType })).find(
    (existing) => existing.url === url && !owned.has(existing.id),
  );
  const kinds = kindsOf(calendar.components);
  const shown =
    orphan ??
    (await calendars.create({
      type: calendarType,
      url,
      name: calendar.displayName,
      color: calendar.color ?? (PALETTE[position % PALETTE.length] as string),
      readOnly: calendar.readOnly,
      ...(kinds.events === ALL_KINDS.events && kinds.tasks === ALL_KINDS.tasks
        ? {}
        : { capabilities: kinds }),
    }));
  const { name, color, readOnly } = shown;
  return { ...storedCalendar(shown.id, calendar), given: { name, color, readOnly } };
}
