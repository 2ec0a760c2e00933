/** The calendars and accounts a restore may go to, as choices in lists. */
import type { Account, ListedCalendar } from "../../shared/commands.ts";
import { accountName } from "../accounts/account-name.ts";
import { calendarPlace } from "../calendar-place.ts";
import { element } from "../element.ts";
import type { Page } from "../page.ts";

export interface RestoreDestinations {
  readonly calendars: readonly ListedCalendar[];
  readonly accounts: readonly Account[];
}

export async function restoreDestinations({ client }: Page): Promise<RestoreDestinations> {
  const [calendars, accounts] = await Promise.all([
    client.call("calendars.list", {}),
    client.call("accounts.list", {}),
  ]);
  return { calendars: calendars.filter(({ readOnly }) => !readOnly), accounts };
}

/** By account: two calendars may have one name. */
export function calendarOptions(
  calendars: readonly ListedCalendar[],
  { words }: Page,
): HTMLOptGroupElement[] {
  const placeOf = (calendar: ListedCalendar): string => calendarPlace(words, calendar);
  return [...new Set(calendars.map(placeOf))].map((place) =>
    element(
      "optgroup",
      { label: place },
      ...calendars
        .filter((calendar) => placeOf(calendar) === place)
        .map(({ id, name }) => element("option", { value: id }, name)),
    ),
  );
}

/** Where a new calendar may be made; the empty value is this computer. */
export function placeOptions(accounts: readonly Account[], { words }: Page): HTMLOptionElement[] {
  return [
    element("option", { value: "" }, words.text("localCalendar")),
    ...accounts.map((account) =>
      element("option", { value: account.id }, accountName(words, account)),
    ),
  ];
}
