/** An edit in Thunderbird, until the server is sent it: the same for every provider. */
import type { CaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { Thunderbird } from "../test/support/thunderbird.ts";
import { untilAtRest } from "./main-thread.ts";
import type { Sample } from "./samples.ts";

export async function measureEdit(
  thunderbird: Thunderbird,
  server: CaldavTestServer,
  calendarId: string,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  const prepared = await thunderbird.chrome<boolean>(
    `const [id] = arguments;
     const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     const calendar = cal.manager.getCalendarById(id);
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     const bits = Ci.calICalendar.ITEM_FILTER_TYPE_EVENT;
     for await (const chunk of cal.iterate.streamValues(calendar.getItems(bits, 0, null, null))) {
       for (const item of chunk) if (!window.keeperBenchItem && !item.recurrenceInfo) window.keeperBenchItem = item;
     }
     return Boolean(window.keeperBenchItem);`,
    calendarId,
  );
  if (!prepared) throw new Error("The calendar holds no event to edit.");
  await untilAtRest(thunderbird);
  const gate = server.gate({ method: "PUT" });
  const began = performance.now();
  await thunderbird.chrome(
    `const window = Services.wm.getMostRecentWindow("mail:3pane");
     const item = window.keeperBenchItem;
     delete window.keeperBenchItem;
     const changed = item.clone();
     changed.title = "Edited by the bench";
     await Promise.race([item.calendar.modifyItem(changed, item), new Promise(done => window.setTimeout(done, 0))]);`,
  );
  await gate.reached;
  add("an edit, until the server is sent it", "ms", performance.now() - began);
  gate.open();
}
