/**
 * Light events: objects of Thunderbird's event class that answer what views ask of every event (title, dates,
 * place, categories, "no alarms") from {@link LightFacts}, and turn into the full event at any other question.
 *
 * Everything that Thunderbird's class knows of an event lies in fields of the object (`mProperties`, `mAlarms` and
 * so on). A light event lacks these fields; in their place its prototype has accessors that build the full event
 * and take its fields over. So no method has to be known here by name. Which fields there are is read off a full
 * event, and {@link lightEventsAgree} tries the whole thing once: where it fails, full events are used.
 */
import { calendarUtils } from "../gecko-modules.ts";
import type { LightDate, LightFacts } from "./light-facts.ts";

/** Builds a light event. `inflate` makes the full, immutable event of the same row. */
export type CreateLightEvent = (
  facts: LightFacts,
  calendar: calICalendar,
  inflate: () => calIEvent,
) => calIEvent;

/** Fields that a light event has of its own: they say where it belongs, not what it is. */
const OWN_FIELDS = new Set([
  "wrappedJSObject",
  "mImmutable",
  "mCalendar",
  "mHashId",
  "mParentItem",
  "mACLEntry",
  "mIsProxy",
]);

/** What a light event is made of until it is inflated. */
interface LightState {
  readonly facts: LightFacts;
  readonly inflate: () => calIEvent;
  start: calIDateTime | undefined;
  end: calIDateTime | undefined;
}

type Fields = Record<string, unknown>;

/** @param sample a full, immutable event: its fields are those of every event */
export function createLightEvents(sample: calIEvent): CreateLightEvent {
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const states = new WeakMap<object, LightState>();
  const fields = Object.keys(innerOf(sample)).filter((name) => !OWN_FIELDS.has(name));
  const prototype = Object.create(CalEvent.prototype as object) as Fields;

  function inflate(event: object): void {
    const state = states.get(event);
    if (state === undefined) return;
    states.delete(event);
    const full = innerOf(state.inflate());
    for (const name of Object.keys(full)) {
      if (!OWN_FIELDS.has(name)) setField(event, name, full[name]);
    }
    // A field that this event happens not to have must not lead here again.
    for (const name of fields) if (!(name in full)) setField(event, name, undefined);
  }

  for (const name of fields) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: object) {
        inflate(this);
        return Object.hasOwn(this, name) ? (this as Fields)[name] : undefined;
      },
      set(this: object, value: unknown) {
        inflate(this);
        setField(this, name, value);
      },
    });
  }

  const fullGetProperty = (CalEvent.prototype as calIEvent).getProperty;
  Object.defineProperty(prototype, "getProperty", {
    value(this: calIEvent, name: string): unknown {
      const state = states.get(this);
      const answer = state === undefined ? undefined : lightProperty(state, name);
      return answer === undefined ? fullGetProperty.call(this, name) : answer;
    },
  });

  return (facts, calendar, inflateTo) => {
    const event = Object.create(prototype) as Fields;
    states.set(event, { facts, inflate: inflateTo, start: undefined, end: undefined });
    const lists: Fields = {
      mAttendees: facts.hasAttendees ? undefined : [],
      mAttachments: facts.hasAttachments ? undefined : [],
      mAlarms: facts.hasAlarms ? undefined : [],
      mRelations: facts.lacks("RELATED-TO") ? [] : undefined,
      mCategories: facts.categories ?? undefined,
    };
    for (const name of Object.keys(lists)) {
      if (lists[name] !== undefined) setField(event, name, lists[name]);
    }
    if (!facts.hasOrganizer) setField(event, "mOrganizer", null);
    setField(event, "mRecurrenceInfo", null);
    setField(event, "mAlarmLastAck", null);
    setField(event, "mDirty", false);
    setField(event, "mEndDate", undefined);
    setField(event, "wrappedJSObject", event);
    setField(event, "mCalendar", calendar);
    setField(event, "mImmutable", true);
    return event as unknown as calIEvent;
  };
}

/** @returns `undefined` if only the full event can tell, `null` for a property that the event has not */
function lightProperty(state: LightState, asked: string): unknown {
  const name = asked.toUpperCase();
  const { facts } = state;
  if (name === "DTSTART") {
    state.start ??= toDateTime(facts.start);
    return state.start;
  }
  if (name === "DTEND") {
    if (facts.end === null) return null;
    state.end ??= toDateTime(facts.end);
    return state.end;
  }
  return facts.texts.get(name) ?? (facts.lacks(name) ? null : undefined);
}

export function toDateTime(date: LightDate): calIDateTime {
  const { createDateTime, dtz, timezoneService } = calendarUtils();
  const zone =
    date.zone === "UTC"
      ? dtz.UTC
      : ((date.zone === null ? null : timezoneService.getTimezone(date.zone)) ?? dtz.floating);
  const made = createDateTime();
  made.resetTo(date.year, date.month, date.day, date.hour, date.minute, date.second, zone);
  if (date.isDate) made.isDate = true;
  made.makeImmutable();
  return made;
}

function innerOf(event: calIEvent): Fields {
  return (event.wrappedJSObject ?? event) as unknown as Fields;
}

function setField(event: object, name: string, value: unknown): void {
  Object.defineProperty(event, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
