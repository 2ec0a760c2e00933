/** The events of `messenger.calendar.items` as pages' listeners get them: of calendars that the add-on may read. */
import { type EventSource, persistentEvent } from "../persistent-event.ts";
import { type ReturnFormat, readReturnFormat, type WireItem } from "../wire-item.ts";
import type { ItemAccess } from "./item-access.ts";
import { changesOf } from "./item-changes.ts";
import type { ItemEvents } from "./item-events.ts";
import type { ItemReader } from "./item-reader.ts";
import { toWireAlarm } from "./wire-alarm.ts";

export function createItemPageEvents(
  extension: GeckoExtension,
  events: ItemEvents,
  reader: ItemReader,
  access: () => Promise<ItemAccess>,
): Record<string, GeckoPersistentEvent> {
  /** An event about an item, by its unqualified name. */
  function event<Args extends readonly [calIItemBase, ...unknown[]]>(
    name: string,
    source: EventSource<Args>,
    convert: (args: Args, describe: () => Promise<WireItem>) => Promise<readonly unknown[]>,
  ): Record<string, GeckoPersistentEvent> {
    const fullName = `items.${name}`;
    const toPage = async (
      args: Args,
      parameters: readonly unknown[],
    ): Promise<readonly unknown[] | null> => {
      const [item] = args;
      const { calendar } = item;
      if (calendar === null || !(await access()).mayRead(calendar)) return null;
      return convert(args, () => reader.describeVisible(item, calendar, formatOf(parameters)));
    };
    return { [fullName]: persistentEvent(extension, fullName, source, toPage) };
  }

  return {
    ...event("onCreated", events.created, async (_, describe) => [await describe()]),
    ...event("onUpdated", events.updated, async ([item, old], describe) => [
      await describe(),
      await changesOf(item, old),
    ]),
    ...event("onRemoved", events.removed, async ([item]) => [
      item.calendar?.id ?? "",
      item.id ?? "",
    ]),
    ...event("onAlarm", events.alarm, async ([item, alarm], describe) => [
      await describe(),
      toWireAlarm(item, alarm),
    ]),
  };
}

function formatOf(parameters: readonly unknown[]): ReturnFormat {
  const options = parameters[0] as { returnFormat?: string | string[] | null } | null | undefined;
  return readReturnFormat(options?.returnFormat);
}
