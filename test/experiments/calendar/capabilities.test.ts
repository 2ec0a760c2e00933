import { expect, test } from "vitest";
import {
  type Capabilities,
  capabilityProperty,
  mergeCapabilities,
} from "../../../src/experiments/calendar/capabilities.ts";

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
