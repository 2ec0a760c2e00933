/** Reads of a calendar as Thunderbird's views make them: a month's occurrences, or every item. */
import type { Thunderbird } from "../test/support/thunderbird.ts";

export interface Reading {
  readonly items: number;
  readonly ms: number;
  /** Until the first items came. */
  readonly firstMs: number;
}

/** Six weeks around a month of the sample's middle, as a month view asks for them. */
export const MONTH = { from: "20260601", to: "20260713" };

/** Each item is asked for what a view shows of it. `null`: all items, series as one. */
export function readItems(
  thunderbird: Thunderbird,
  calendarId: string,
  range: { from: string; to: string } | null,
): Promise<Reading> {
  return thunderbird.chrome<Reading>(
    `const [id, range] = arguments;
     const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const calendar = cal.manager.getCalendarById(id);
     const { ITEM_FILTER_ALL_ITEMS, ITEM_FILTER_CLASS_OCCURRENCES } = Ci.calICalendar;
     const bits = ITEM_FILTER_ALL_ITEMS | (range ? ITEM_FILTER_CLASS_OCCURRENCES : 0);
     const bound = (day) => (range ? cal.createDateTime(day) : null);
     const began = window.performance.now();
     let firstMs = 0;
     let items = 0;
     const stream = calendar.getItems(bits, 0, bound(range?.from), bound(range?.to));
     for await (const chunk of cal.iterate.streamValues(stream)) {
       if (items === 0) firstMs = window.performance.now() - began;
       items += chunk.length;
       for (const item of chunk) {
         const start = item.startDate ?? item.entryDate;
         void [item.hashId, item.title, item.getCategories(), start?.nativeTime, item.endDate?.nativeTime];
       }
     }
     return { items, ms: window.performance.now() - began, firstMs };`,
    calendarId,
    range,
  );
}

/** Until the calendar is there and answers, after a start. */
export async function calendarIsBack(thunderbird: Thunderbird, calendarId: string): Promise<void> {
  await thunderbird.waitFor(
    () =>
      thunderbird.chrome<boolean>(
        `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
         const calendar = cal.manager.getCalendarById(arguments[0]);
         return calendar !== null && !calendar.getProperty("disabled");`,
        calendarId,
      ),
    "the calendar to come back",
  );
}

/** Resident memory of the process with all its children, MB. Linux only: 0 elsewhere. */
export async function memoryOf(thunderbird: Thunderbird): Promise<number> {
  return thunderbird.chrome<number>(
    `const info = await ChromeUtils.requestProcInfo();
     const bytes = [info, ...info.children].reduce((sum, one) => sum + one.memory, 0);
     return bytes / 1_000_000;`,
  );
}
