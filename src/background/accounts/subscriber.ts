/** Makes calendars of a server appear in Thunderbird's list, and remembers whose they are. */
import type { DiscoveredCalendar } from "../../shared/commands.ts";
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { isSameCollection, refuseTwice, storedCalendar } from "./account-records.ts";
import { firstCapabilities } from "./following.ts";
import { declining } from "./offers.ts";

/** Marks our calendars' URLs, so that Thunderbird's own CalDAV does not take the collection for subscribed. */
export const URL_MARK = "#caldav-keeper";

/** For calendars whose server names no colour. */
const PALETTE = ["#3584e4", "#2ec27e", "#e66100", "#9141ac", "#c64600", "#1a7f8e", "#a51d2d"];

export interface SubscriberDependencies {
  readonly stored: StoredValue<StoredAccount[]>;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "create" | "get" | "query">;
  /** `ext-<add-on id>`. */
  readonly calendarType: string;
  readonly onChanged: () => void;
}

/**
 * The record of the account is written after every calendar: what is cut short leaves no calendar without an account.
 * @param account as it is to be remembered; its calendars and offers as they are by then
 * @param shown all that the user was shown: what was not chosen of it is not offered later
 * @returns the chosen ones, and all the account has now
 * @throws AppError "calendar-exists" when another account has subscribed one of them
 */
export async function subscribeAll(
  deps: SubscriberDependencies,
  account: StoredAccount,
  chosen: readonly DiscoveredCalendar[],
  shown: readonly { readonly url: string }[],
): Promise<{ added: { id: string; url: string }[]; calendars: readonly StoredCalendar[] }> {
  const { stored, onChanged } = deps;
  const others = (await stored.read()).filter(({ id }) => id !== account.id);
  refuseTwice(chosen, others);
  let current = account;
  const record = async (calendar: StoredCalendar): Promise<void> => {
    await stored.update((all) => {
      const old = all.find(({ id }) => id === account.id);
      const { calendars, offered, declined } = old ?? account;
      const before = calendars.filter(({ url }) => !isSameCollection(url, calendar.url));
      const next = { ...account, offered, declined, calendars: [...before, calendar] };
      current = { ...next, ...declining(next, shown) };
      return old === undefined
        ? [...all, current]
        : all.map((other) => (other.id === account.id ? current : other));
    });
    onChanged();
  };

  const added: { id: string; url: string }[] = [];
  for (const [position, calendar] of chosen.entries()) {
    const known = current.calendars.find(({ url }) => isSameCollection(url, calendar.url));
    const present = known ? await deps.calendars.get(known.id) : null;
    const owned = new Set((await stored.read()).flatMap((a) => a.calendars.map(({ id }) => id)));
    const subscribed = known && present ? known : await subscribe(deps, calendar, owned, position);
    added.push({ id: subscribed.id, url: calendar.url });
    await record(subscribed);
  }
  return { added, calendars: current.calendars };
}

/**
 * Makes the calendar in Thunderbird, or takes one that an interrupted attempt left behind.
 * @param owned ids of calendars that belong to an account
 * @param position among those made at once: chooses the colour where the server names none
 */
async function subscribe(
  { calendars, calendarType }: SubscriberDependencies,
  calendar: DiscoveredCalendar,
  owned: ReadonlySet<string>,
  position: number,
): Promise<StoredCalendar> {
  const url = calendar.url + URL_MARK;
  const orphan = (await calendars.query({ type: calendarType })).find(
    (existing) => existing.url === url && !owned.has(existing.id),
  );
  const capabilities = firstCapabilities(calendar);
  const shown =
    orphan ??
    (await calendars.create({
      type: calendarType,
      url,
      name: calendar.displayName,
      color: calendar.color ?? (PALETTE[position % PALETTE.length] as string),
      readOnly: calendar.readOnly,
      ...(capabilities === null ? {} : { capabilities }),
    }));
  const { name, color, readOnly } = shown;
  // One that was left behind has what it was made with: what differs is given with the first synchronization.
  const given = { name, color, readOnly, ...(orphan ? {} : { rights: calendar.rights }) };
  return { ...storedCalendar(shown.id, calendar), given };
}
