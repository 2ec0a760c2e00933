/**
 * What a provider says its calendars can do (manifest key `calendar_provider.capabilities`, or per calendar), as
 * the properties by which Thunderbird's dialogs ask for it. Names are read as the draft writes them
 * (`remove_modes`) and in camel case (`removeModes`). Pure.
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
  | "requiresNetwork";

/** Unknown names are kept and ignored. */
export type Capabilities = { readonly [K in CapabilityName]?: Json };

/** A calendar's own answers laid over the provider's, group by group. */
export function mergeCapabilities(base: Capabilities, over: Capabilities): Capabilities {
  const merged: { [K in CapabilityName]?: Json } = { ...base };
  for (const [name, value] of Object.entries(over)) {
    if (value === null) continue;
    const key = name as CapabilityName;
    const below = merged[key];
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
    case "capabilities.alarms.actionValues":
      return upperCase(member(capabilities, "alarms", "actions"));
    default:
      return undefined;
  }
}

function isGroup(value: Json | undefined): value is { readonly [key: string]: Json } {
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
