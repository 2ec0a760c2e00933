/** What a server says of a calendar, where it changed there, taken to Thunderbird and into the record. */
import type { StoredAccount, StoredCalendar } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { replaceCalendar } from "./account-records.ts";
import { follow, type ServerSide } from "./following.ts";

export interface FollowDependencies {
  readonly stored: Pick<StoredValue<StoredAccount[]>, "update">;
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get" | "update">;
  readonly onChanged: () => void;
}

/** The user's own choice stays. */
export async function followCalendar(
  { stored, calendars, onChanged }: FollowDependencies,
  calendar: StoredCalendar,
  now: ServerSide,
): Promise<void> {
  if (follow(calendar, null, now).next === calendar) return;
  const shown = await calendars.get(calendar.id);
  const { changes, next } = follow(calendar, shown, now);
  if (Object.keys(changes).length > 0) await calendars.update(calendar.id, changes);
  const { components, relation, owner, seen, given } = next;
  const followed = { components, relation, owner, seen, given };
  await stored.update((all) =>
    replaceCalendar(all, calendar.id, (old) => ({ ...old, ...followed })),
  );
  onChanged();
}
