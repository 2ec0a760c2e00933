/** Two calendars of Thunderbird item by item, whoever provides them: an item is recognised by its UID. */
import type { NamedItem } from "../../shared/commands.ts";
import { itemDifferences } from "../../shared/ical/item-differences.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { CalendarSource, KnownCalendar } from "../backup/ports.ts";

export interface Comparison {
  readonly same: number;
  /** In both, and saying something else. */
  readonly different: NamedItem[];
  readonly onlyFirst: NamedItem[];
  readonly onlySecond: NamedItem[];
}

/** Items compared between two breaths: pages of the add-on run on the same thread. */
const SLICE = 100;

/** What is deleted here counts as gone, what is edited and not sent yet as edited. */
export async function compareCalendars(
  source: Pick<CalendarSource, "read">,
  first: KnownCalendar,
  second: KnownCalendar,
  signal: AbortSignal,
): Promise<Comparison> {
  const [here, there] = [
    await readTexts(source, first, signal),
    await readTexts(source, second, signal),
  ];
  const different: NamedItem[] = [];
  const onlyFirst: NamedItem[] = [];
  let same = 0;
  let done = 0;
  for (const [uid, text] of here) {
    signal.throwIfAborted();
    if (++done % SLICE === 0) await new Promise((resolve) => setTimeout(resolve));
    const other = there.get(uid);
    if (other === undefined) onlyFirst.push(describe(uid, text));
    else if (itemDifferences(text, other).length > 0) different.push(describe(uid, text));
    else same += 1;
  }
  const onlySecond = [...there]
    .filter(([uid]) => !here.has(uid))
    .map(([uid, text]) => describe(uid, text));
  return { same, different, onlyFirst, onlySecond };
}

/** UID → text. An item without a UID is known by its name. */
async function readTexts(
  source: Pick<CalendarSource, "read">,
  calendar: KnownCalendar,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  await source.read(
    calendar,
    async (page) => {
      for (const { uid, name, text, pendingText, deleted } of page) {
        const current = pendingText ?? text;
        if (!deleted && current !== null) texts.set(uid ?? name, current);
      }
    },
    signal,
  );
  return texts;
}

function describe(uid: string, text: string): NamedItem {
  return { uid, summary: scanColumns(text).summary };
}
