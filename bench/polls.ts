/** Polls of a calendar in which nothing, one item or a hundred have changed: the same for every provider. */
import { sampleCalendar } from "../scripts/sample-calendar.ts";
import type { CaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { Thunderbird } from "../test/support/thunderbird.ts";
import { untilAtRest } from "./main-thread.ts";
import type { Sample } from "./samples.ts";
import { SEED } from "./server-calendar.ts";

const CHANGES = [0, 1, 100];

export interface PolledCalendar {
  readonly thunderbird: Thunderbird;
  readonly server: CaldavTestServer;
  /** Of the collection. */
  readonly url: string;
  readonly items: number;
  /** Resolves when the calendar is synchronized. */
  refresh(): Promise<unknown>;
}

export async function measurePolls(
  { thunderbird, server, url, items, refresh }: PolledCalendar,
  add: (work: string, unit: Sample["unit"], value: number) => void,
): Promise<void> {
  const texts = sampleCalendar({ items, seed: SEED });
  for (const changes of CHANGES) {
    const work = `poll, ${changes === 0 ? "nothing" : changes} changed`;
    for (const { name, text } of texts.slice(0, changes)) {
      const changed = text.replace(/^SUMMARY:/m, `SUMMARY:${changes} changed: `);
      await server.put(new URL(encodeURIComponent(name), url).href, changed);
    }
    await untilAtRest(thunderbird);
    server.forgetRequests();
    const from = performance.now();
    await refresh();
    add(work, "ms", performance.now() - from);
    add(work, "requests", server.requests.length);
    const bytes = server.requests.reduce((sum, { answerBytes }) => sum + answerBytes, 0);
    add(work, "bytes", bytes);
  }
}
