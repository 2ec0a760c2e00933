/**
 * Light items: objects of Thunderbird's event and task classes that answer what views ask of every item (title, dates,
 * place, categories, "no alarms") from {@link LightFacts}, and turn into the full item at any other question, such as
 * the recurrence of a series.
 *
 * Everything that Thunderbird's classes know of an item lies in fields of the object (`mProperties`, `mAlarms` and
 * so on). A light item lacks these fields; in their place its prototype has accessors that build the full item
 * and take its fields over. So no method has to be known here by name. Which fields there are is read off a full
 * item, and {@link lightItemsAgree} tries the whole thing once: where it fails, full items are used.
 */
import { toDateTime } from "./light-date-time.ts";
import type { LightFacts } from "./light-facts.ts";
import { type CreateInstance, instanceCreator, instancesIn } from "./light-instances.ts";

/** Builds a light item. `inflate` makes the full, immutable item of the same row. */
export type CreateLightItem = (
  facts: LightFacts,
  calendar: calICalendar,
  inflate: () => calIItemBase,
) => calIItemBase;

/** Full, immutable items: their fields are those of every item. The task has no PERCENT-COMPLETE. */
export interface FullSamples {
  readonly event: calIItemBase;
  readonly todo: calIItemBase;
  /** An instance of a series, no override. */
  readonly instance: calIItemBase;
}

/** Fields that a light item has of its own: they say where it belongs, not what it is. */
const OWN_FIELDS = new Set([
  "wrappedJSObject",
  "mImmutable",
  "mCalendar",
  "mHashId",
  "mParentItem",
  "mACLEntry",
  "mIsProxy",
]);

/** What a light item is made of until it is inflated. */
interface LightState {
  readonly facts: LightFacts;
  readonly inflate: () => calIItemBase;
  readonly dates: Map<string, calIDateTime>;
}

type Fields = Record<string, unknown>;

/** What every item of Thunderbird's has of its own. */
interface Placed {
  wrappedJSObject: object;
  mCalendar: calICalendar;
}

interface RecurrenceFields {
  mBaseItem: unknown;
  readonly mExceptionMap: Record<string, OverrideFields>;
}

interface OverrideFields {
  mParentItem: unknown;
  readonly wrappedJSObject?: OverrideFields;
}

/** Light masters of series, inflated or not. */
const series = new WeakMap<object, SeriesMaster>();

interface SeriesMaster {
  readonly facts: LightFacts;
  readonly create: CreateInstance;
}

/** True for the master of a series of which this is known without asking it for its recurrence. */
export function isLightSeries(item: calIItemBase): boolean {
  return series.has(innerOf(item));
}

/**
 * The instances that Thunderbird's engine gives of a range of date-times.
 * @returns `null` where it has to be asked: of items that are no light series, of rules seldom seen, where an override
 *   lies in the range, and for more than `most`
 */
export function lightInstances(
  item: calIItemBase,
  range: { readonly start: calIDateTime; readonly end: calIDateTime },
  most: number,
): calIItemBase[] | null {
  const master = series.get(innerOf(item));
  const plain = master?.facts.plainSeries() ?? null;
  if (master === undefined || plain === null || master.facts.start === null) return null;
  const { start } = master.facts;
  return instancesIn(
    { master: item as calIEvent, start, series: plain },
    range,
    most,
    master.create,
  );
}

export function createLightItems(samples: FullSamples): CreateLightItem {
  const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
  const { CalTodo } = ChromeUtils.importESModule("resource:///modules/CalTodo.sys.mjs");
  const states = new WeakMap<object, LightState>();
  // Thunderbird's class may give a task without it a number of its own.
  const percent = samples.todo.getProperty("PERCENT-COMPLETE");
  const prototypes = {
    event: prototypesFrom(
      lightPrototype(CalEvent.prototype as calIItemBase, samples.event, states, percent),
      false,
    ),
    todo: prototypesFrom(
      lightPrototype(CalTodo.prototype as calIItemBase, samples.todo, states, percent),
      true,
    ),
  };
  const create = instanceCreator(samples.instance);
  return (facts, calendar, inflate) => {
    const item = Object.create(prototypes[facts.kind](facts)) as Placed;
    item.wrappedJSObject = item;
    item.mCalendar = calendar;
    const { categories } = facts;
    if (categories !== null && categories.length > 0) setField(item, "mCategories", categories);
    if (facts.isSeries) series.set(item, { facts, create });
    states.set(item, { facts, inflate, dates: new Map() });
    return item as unknown as calIItemBase;
  };
}

/** Of items that have none; what Thunderbird hands out is a copy. */
const NONE: readonly never[] = Object.freeze([]);

/** What all items of one kind say alike that have and lack the same: a prototype for each such kind, made once. */
function prototypesFrom(base: object, isTodo: boolean): (facts: LightFacts) => object {
  const made = new Map<number, object>();
  return (facts) => {
    const lacks: readonly (readonly [string, boolean, unknown])[] = [
      ["mAttendees", !facts.hasAttendees, NONE],
      ["mAttachments", !facts.hasAttachments, NONE],
      ["mAlarms", !facts.hasAlarms, NONE],
      ["mRelations", facts.lacks("RELATED-TO"), NONE],
      ["mCategories", facts.categories?.length === 0, NONE],
      ["mOrganizer", !facts.hasOrganizer, null],
      ["mRecurrenceInfo", !facts.isSeries, null],
    ];
    const key = lacks.reduce((bits, [, lacking]) => bits * 2 + Number(lacking), 0);
    let prototype = made.get(key);
    if (prototype === undefined) {
      prototype = Object.create(base) as object;
      for (const [name, lacking, value] of lacks) if (lacking) setField(prototype, name, value);
      setField(prototype, "mAlarmLastAck", null);
      setField(prototype, "mDirty", false);
      setField(prototype, isTodo ? "mDueDate" : "mEndDate", undefined);
      setField(prototype, "mImmutable", true);
      made.set(key, prototype);
    }
    return prototype;
  };
}

function lightPrototype(
  full: calIItemBase,
  sample: calIItemBase,
  states: WeakMap<object, LightState>,
  percent: unknown,
): object {
  const fields = Object.keys(innerOf(sample)).filter((name) => !OWN_FIELDS.has(name));
  const prototype = Object.create(full as object) as Fields;
  const inflate = (item: object): void => {
    const state = states.get(item);
    if (state === undefined) return;
    states.delete(item);
    takeOver(item, innerOf(state.inflate()), fields);
  };
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
  const { getProperty } = full;
  Object.defineProperty(prototype, "getProperty", {
    value(this: calIItemBase, name: string): unknown {
      const state = states.get(this);
      const answer = state === undefined ? undefined : lightProperty(state, name, percent);
      return answer === undefined ? getProperty.call(this, name) : answer;
    },
  });
  return prototype;
}

/** Gives a light item the fields of its full one, which is not used any more. */
function takeOver(item: object, full: Fields, fields: readonly string[]): void {
  // A field that this item happens not to have must not lead here again.
  for (const name of new Set([...fields, ...Object.keys(full)])) {
    if (!OWN_FIELDS.has(name)) setField(item, name, full[name]);
  }
  // The recurrence and the overrides refer to their master.
  const { mRecurrenceInfo: recurrence } = full as { mRecurrenceInfo?: RecurrenceFields | null };
  if (recurrence == null) return;
  recurrence.mBaseItem = item;
  for (const override of Object.values(recurrence.mExceptionMap)) {
    (override.wrappedJSObject ?? override).mParentItem = item;
  }
}

/** @returns `undefined` if only the full item can tell, `null` for a property that the item has not */
function lightProperty(state: LightState, asked: string, percent: unknown): unknown {
  const name = asked.toUpperCase();
  const { facts, dates } = state;
  const isTodo = facts.kind === "todo";
  const date =
    name === "DTSTART"
      ? facts.start
      : name === (isTodo ? "DUE" : "DTEND")
        ? facts.end
        : name === "COMPLETED"
          ? facts.completed
          : null;
  if (date !== null) {
    let made = dates.get(name);
    if (made === undefined) {
      made = toDateTime(date);
      dates.set(name, made);
    }
    return made;
  }
  const text = facts.texts.get(name);
  if (text !== undefined || !facts.lacks(name)) return text;
  return isTodo && name === "PERCENT-COMPLETE" ? percent : null;
}

function innerOf(item: calIItemBase): Fields {
  return (item.wrappedJSObject ?? item) as unknown as Fields;
}

function setField(item: object, name: string, value: unknown): void {
  Object.defineProperty(item, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
