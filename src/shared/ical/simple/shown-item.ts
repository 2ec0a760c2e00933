/** An item's members together with the other names some of them have. */
import type { Component } from "../component-tree.ts";
import { property } from "../component-tree.ts";
import { DAY, isDate } from "../date-value.ts";
import { shiftedValue } from "./iso-time.ts";
import { endMoment, momentOf, readSimple, type ZoneName } from "./read-simple.ts";
import type { SimpleItem } from "./simple-item.ts";

/** Start and end of an event as plain iCalendar values, the reference implementation's names for them. */
export interface PlainDates {
  startDate?: string;
  endDate?: string;
}

export type ShownItem = SimpleItem & PlainDates;

export function readShown(item: Component, zoneName: ZoneName): ShownItem {
  return { ...readSimple(item, zoneName), ...plainDates(item) };
}

/** An event without an end ends with its start, or with its day (RFC 5545 §3.6.1). */
function plainDates(item: Component): PlainDates {
  const start = momentOf(property(item, "DTSTART"));
  if (start === null || item.name === "VTODO") return {};
  const end = endMoment(item)?.value;
  const least = isDate(start.value) ? shiftedValue(start.value, DAY) : start.value;
  return { startDate: start.value, endDate: end ?? least };
}
