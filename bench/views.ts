/** The first views of a calendar after a start: the same for every provider. */
import type { Thunderbird } from "../test/support/thunderbird.ts";
import { watchMainThread } from "./main-thread.ts";
import { watchOwnWork } from "./own-work.ts";
import { calendarIsBack, MONTH, readItems } from "./reading.ts";
import type { Sample } from "./samples.ts";

export async function measureViews(
  thunderbird: Thunderbird,
  calendarId: string,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  const month = () => readItems(thunderbird, calendarId, MONTH);
  await thunderbird.restart();
  await calendarIsBack(thunderbird, calendarId);
  const stopMonth = await watchMainThread(thunderbird);
  add("first month view after a start", "ms", (await month()).ms);
  add("first month view: longest main-thread gap", "ms", (await stopMonth()).longest);
  add("the same month again", "ms", (await month()).ms);
  await thunderbird.restart();
  await calendarIsBack(thunderbird, calendarId);
  const stopList = await watchMainThread(thunderbird);
  const list = await readItems(thunderbird, calendarId, null);
  add("first list of every item after a start", "ms", list.ms);
  add("first list: until the first rows", "ms", list.firstMs);
  add("first list: longest main-thread gap", "ms", (await stopList()).longest);
}

/** The add-on's own part of the same first views, which Thunderbird's reminders and panes share the time with. */
export async function measureOwnWork(
  thunderbird: Thunderbird,
  calendarId: string,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  for (const [view, range] of [
    ["first month view", MONTH],
    ["first list", null],
  ] as const) {
    await thunderbird.restart();
    await calendarIsBack(thunderbird, calendarId);
    const stop = await watchOwnWork(thunderbird);
    await readItems(thunderbird, calendarId, range);
    const { own, all } = await stop();
    add(
      `${view}: the add-on’s own main-thread work, other views’ questions meanwhile included`,
      "ms",
      own,
    );
    add(`${view}: all main-thread work meanwhile`, "ms", all);
  }
}
