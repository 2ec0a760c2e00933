import { expect, test } from "vitest";
import {
  type Capabilities,
  capabilityProperty,
  mergeCapabilities,
  minimumRefreshMinutes,
} from "../../../src/experiments/calendar/capabilities.ts";
import { capabilityProblem } from "../../../src/experiments/calendar/capability-problem.ts";

const manifest: Capabilities = {
  timezones: { floating: false, UTC: true },
  categories: { count: -1 },
  alarms: { count: 5, actions: ["display", "email"] },
  privacy: ["public", "private"],
  tasks: true,
  events: true,
  remove_modes: ["unsubscribe"],
  requires_network: true,
};

test.each([
  ["capabilities.timezones.floating.supported", false],
  ["capabilities.timezones.UTC.supported", true],
  ["capabilities.categories.maxCount", null],
  ["capabilities.alarms.maxCount", 5],
  ["capabilities.alarms.actionValues", ["DISPLAY", "EMAIL"]],
  ["capabilities.privacy.supported", true],
  ["capabilities.privacy.values", ["PUBLIC", "PRIVATE"]],
  ["capabilities.tasks.supported", true],
  ["capabilities.removeModes", ["unsubscribe"]],
  ["requiresNetwork", true],
  ["capabilities.priority.supported", undefined],
  ["capabilities.username.supported", undefined],
])("%s is answered with %j", (property, expected) => {
  expect(capabilityProperty(manifest, property)).toEqual(expected);
});

test("a calendar's own answers lie over the provider's, group by group", () => {
  const merged = mergeCapabilities(manifest, {
    tasks: false,
    timezones: { UTC: false },
    alarms: null,
  });
  expect(capabilityProperty(merged, "capabilities.tasks.supported")).toBe(false);
  expect(capabilityProperty(merged, "capabilities.events.supported")).toBe(true);
  expect(capabilityProperty(merged, "capabilities.timezones.UTC.supported")).toBe(false);
  expect(capabilityProperty(merged, "capabilities.timezones.floating.supported")).toBe(false);
  expect(capabilityProperty(merged, "capabilities.alarms.maxCount")).toBe(5);
});

test("camel-case names are read too", () => {
  const camel: Capabilities = { removeModes: ["unsubscribe", "delete"], requiresNetwork: false };
  expect(capabilityProperty(camel, "capabilities.removeModes")).toEqual(["unsubscribe", "delete"]);
  expect(capabilityProperty(camel, "requiresNetwork")).toBe(false);
});

test("removing a calendar means unsubscribing when nothing is said", () => {
  expect(capabilityProperty({}, "capabilities.removeModes")).toEqual(["unsubscribe"]);
});

test("a service without reminders has none in Thunderbird either", () => {
  const property = "capabilities.alarms.popup.supported";
  expect(capabilityProperty({ alarms: { count: 0 } }, property)).toBe(false);
  expect(capabilityProperty({ alarms: { count: 5 } }, property)).toBeUndefined();
});

test("what one spelling says for a calendar lies over what the other says in the manifest", () => {
  const merged = mergeCapabilities(
    { removeModes: ["unsubscribe"], minimumRefreshInterval: 5 },
    { remove_modes: ["delete"], minimum_refresh_interval: 90 },
  );
  expect(capabilityProperty(merged, "capabilities.removeModes")).toEqual(["delete"]);
  expect(minimumRefreshMinutes(merged)).toBe(2);
});

test.each([
  [{ tasks: "yes" }, "tasks must be true or false"],
  [{ privacy: 7 }, "privacy must be true, false or a list of strings"],
  [{ alarms: 5 }, "alarms must be an object with count, actions and acknowledgements"],
  [{ alarms: { actions: "display" } }, "alarms.actions must be a list of strings"],
  [{ categories: { count: -2 } }, "categories.count must be an integer, -1 or more"],
  [{ scheduling: "both" }, 'scheduling must be "client", "server" or "none"'],
  [{ tasks: null, alarms: { count: null }, more: "of the future" }, null],
])("%j: %s", (capabilities, problem) => {
  expect(capabilityProblem(capabilities as Capabilities)).toBe(problem);
});
