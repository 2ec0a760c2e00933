/** What a calendar of ours can do, from what its server said and what the user chose for it. Pure. */
import type { CalendarSettings } from "../../shared/commands.ts";
import type {
  AccountScheduling,
  CalendarChoices,
  CalendarFacts,
} from "../settings/calendar-choices.ts";

type Choice = CalendarChoices[string];

/** Of `messenger.calendar` (docs/calendar-api.md); all members are always given, so that an older answer goes. */
export interface CalendarRules {
  readonly scheduling: "client" | "server" | "none";
  readonly scheduleAgent: "client" | "server";
  readonly addresses: readonly string[];
  readonly alarms: { readonly acknowledgements: "local" | "own" | "all" };
  readonly minimumRefreshInterval: number;
}

/** Before the server was asked Thunderbird sends mail: it always arrives. */
export function rulesFor(
  { invitations = "auto", alarms = "auto" }: Choice,
  account: AccountScheduling | undefined,
  facts: CalendarFacts | undefined,
): CalendarRules {
  const server = account?.autoSchedule === true;
  return {
    scheduling: invitations === "none" ? "none" : server ? "server" : "client",
    // A server that sends by itself has to be told that Thunderbird does.
    scheduleAgent: server && invitations === "mail" ? "client" : "server",
    addresses: account?.addresses ?? [],
    alarms: { acknowledgements: acknowledgements(alarms, facts?.shared === true) },
    minimumRefreshInterval: facts?.minimumRefreshMinutes ?? 0,
  };
}

function acknowledgements(
  alarms: NonNullable<Choice["alarms"]>,
  shared: boolean,
): CalendarRules["alarms"]["acknowledgements"] {
  if (alarms === "server") return "all";
  return alarms === "local" || shared ? "local" : "own";
}

/** @param capabilities as Thunderbird has them */
export function followsRules(capabilities: unknown, rules: CalendarRules): boolean {
  const present = new Map(Object.entries((capabilities ?? {}) as Record<string, unknown>));
  const alarms = (present.get("alarms") ?? {}) as { acknowledgements?: unknown };
  return (
    present.get("scheduling") === rules.scheduling &&
    present.get("scheduleAgent") === rules.scheduleAgent &&
    JSON.stringify(present.get("addresses")) === JSON.stringify(rules.addresses) &&
    alarms.acknowledgements === rules.alarms.acknowledgements &&
    present.get("minimumRefreshInterval") === rules.minimumRefreshInterval
  );
}

export function describeRules(
  { invitations = "auto", alarms = "auto" }: Choice,
  rules: CalendarRules,
  facts: CalendarFacts | undefined,
): Omit<CalendarSettings, "calendarId" | "refreshMinutes"> {
  const mails = rules.scheduling === "client" || rules.scheduleAgent === "client";
  return {
    invitations,
    invitationsBy: rules.scheduling === "none" ? "nobody" : mails ? "mail" : "server",
    alarms,
    shared: facts?.shared === true,
    minimumRefreshMinutes: rules.minimumRefreshInterval,
  };
}
