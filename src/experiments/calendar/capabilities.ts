/**
 * What a provider says its calendars can do (manifest key `calendar_provider.capabilities`, or per calendar), as
 * the properties by which Thunderbird's dialogs ask for it. Names are read as the draft writes them
 * (`remove_modes`) and in camel case as the reference implementation does (`removeModes`). Pure.
 */
import type { Json } from "../../shared/item-store.ts";

type CapabilityName =
  | "timezones"
  | "attachments"
  | "priority"
  | "privacy"
  | "categories"
  | "alarms"
  | "tasks"
  | "events"
  | "remove_modes"
  | "removeModes"
  | "requires_network"
  | "requiresNetwork"
  | "minimum_refresh_interval"
  | "minimumRefreshInterval"
  | "mutable"
  | "items"
  | "scheduling"
  | "scheduleAgent"
  | "addresses"
  | "organizer"
  | "organizerName";

/** Unknown names are kept and ignored. */
export type Capabilities = { readonly [K in CapabilityName]?: Json };

/** Each name in its other spelling: what a calendar says in one lies over what the manifest says in the other. */
const OTHER_SPELLING: { readonly [K in CapabilityName]?: CapabilityName } = {
  remove_modes: "removeModes",
  removeModes: "remove_modes",
  requires_network: "requiresNetwork",
  requiresNetwork: "requires_network",
  minimum_refresh_interval: "minimumRefreshInterval",
  minimumRefreshInterval: "minimum_refresh_interval",
};

/** Further answers laid over the first, group by group; `null` leaves an answer as it is. */
export function mergeCapabilities(base: Capabilities, over: Capabilities): Capabilities {
  const merged: { [K in CapabilityName]?: Json } = { ...base };
  for (const [name, value] of Object.entries(over)) {
    if (value === null) continue;
    const key = name as CapabilityName;
    const below = merged[key];
    const other = OTHER_SPELLING[key];
    if (other !== undefined && !Object.hasOwn(over, other)) delete merged[other];
    merged[key] = isGroup(value) && isGroup(below) ? { ...below, ...value } : value;
  }
  return merged;
}

/**
 * @param name a calendar property, e.g. `capabilities.tasks.supported` or `requiresNetwork`
 * @returns the answer, or `undefined` if capabilities say nothing about this property
 */
export function capabilityProperty(capabilities: Capabilities, name: string): unknown {
  switch (name) {
    case "requiresNetwork":
      return either(capabilities, "requires_network", "requiresNetwork");
    case "capabilities.removeModes":
      return either(capabilities, "remove_modes", "removeModes") ?? ["unsubscribe"];
    case "capabilities.tasks.supported":
      return capabilities.tasks ?? undefined;
    case "capabilities.events.supported":
      return capabilities.events ?? undefined;
    case "capabilities.attachments.supported":
      return capabilities.attachments ?? undefined;
    case "capabilities.priority.supported":
      return capabilities.priority ?? undefined;
    case "capabilities.privacy.supported":
      return capabilities.privacy == null ? undefined : capabilities.privacy !== false;
    case "capabilities.privacy.values":
      return upperCase(capabilities.privacy);
    case "capabilities.timezones.floating.supported":
      return member(capabilities, "timezones", "floating");
    case "capabilities.timezones.UTC.supported":
      return member(capabilities, "timezones", "UTC");
    case "capabilities.categories.maxCount":
      return count(member(capabilities, "categories", "count"));
    case "capabilities.alarms.maxCount":
      return count(member(capabilities, "alarms", "count"));
    case "capabilities.alarms.popup.supported":
      // Thunderbird's name for reminders as a whole.
      return member(capabilities, "alarms", "count") === 0 ? false : undefined;
    case "capabilities.alarms.actionValues":
      return upperCase(member(capabilities, "alarms", "actions"));
    case "organizerId":
      return capabilities.organizer ?? undefined;
    case "organizerCN":
      return capabilities.organizerName ?? undefined;
    case "imip.identity.disabled":
      return capabilities.scheduling === "none" ? true : undefined;
    case "itip.transport":
      return capabilities.scheduling === "none" ? null : undefined;
    default:
      return undefined;
  }
}

/** Minutes between automatic synchronizations at least; 0: any. The draft counts seconds, camel case minutes. */
export function minimumRefreshMinutes(capabilities: Capabilities): number {
  const { minimumRefreshInterval: minutes, minimum_refresh_interval: seconds } = capabilities;
  if (typeof minutes === "number") return Math.max(0, minutes);
  return typeof seconds === "number" ? Math.max(0, Math.ceil(seconds / 60)) : 0;
}

export function isGroup(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function either(
  capabilities: Capabilities,
  draft: CapabilityName,
  camelCase: CapabilityName,
): Json | undefined {
  return capabilities[camelCase] ?? capabilities[draft] ?? undefined;
}

function member(capabilities: Capabilities, group: CapabilityName, key: string): Json | undefined {
  const value = capabilities[group];
  return isGroup(value) ? (value[key] ?? undefined) : undefined;
}

/** -1 is "no limit", which Thunderbird's dialogs read as null. */
function count(value: Json | undefined): number | null | undefined {
  if (typeof value !== "number") return undefined;
  return value < 0 ? null : value;
}

/** Privacy values and alarm actions are iCalendar words. */
function upperCase(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((each) => typeof each === "string").map((each) => each.toUpperCase());
}
