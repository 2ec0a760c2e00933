/** What a calendar holds, whose it is, and what may be done in it, in words. Pure. */
import type { AccountCalendar } from "../../shared/commands.ts";
import type { Localizer } from "../localizer.ts";

type Facts = Pick<AccountCalendar, "components" | "relation" | "owner" | "readOnly" | "rights">;

export function calendarFacts(words: Localizer, calendar: Facts): string[] {
  return [
    componentsInWords(words, calendar.components),
    relationInWords(words, calendar),
    rightsInWords(words, calendar),
  ].filter(Boolean);
}

/** "Events and tasks" … from component names (RFC 4791 §5.2.3); empty for others. */
export function componentsInWords(words: Localizer, components: readonly string[]): string {
  const events = components.includes("VEVENT");
  const tasks = components.includes("VTODO");
  if (events && tasks) return words.text("eventsAndTasks");
  if (events) return words.text("events");
  return tasks ? words.text("tasks") : "";
}

/** Empty for one's own. */
function relationInWords(words: Localizer, { relation, owner }: Facts): string {
  if (relation === "own") return "";
  const shared = relation === "shared";
  if (owner === null) return words.text(shared ? "sharedCalendar" : "delegatedCalendar");
  return words.text(shared ? "sharedBy" : "delegatedBy", owner);
}

/** Empty where everything may be done. */
function rightsInWords(words: Localizer, { readOnly, rights }: Facts): string {
  const { add, change, remove } = rights;
  if (readOnly || (!add && !change && !remove)) return words.text("readOnly");
  if (add && change && remove) return "";
  const allowed = [
    add ? words.text("mayAdd") : "",
    change ? words.text("mayChange") : "",
    remove ? words.text("mayRemove") : "",
  ].filter(Boolean);
  return words.text("mayOnly", words.list(allowed));
}
