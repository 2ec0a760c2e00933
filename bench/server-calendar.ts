/** The calendar that every program of a bench is given. */
import { sampleCalendar } from "../scripts/sample-calendar.ts";
import type { DavServer } from "../test/support/dav-server.ts";

export const SEED = 7;

/** @returns the collection's URL */
export async function fillCalendar(server: DavServer, items: number): Promise<string> {
  const url = await server.createCalendar("bench", { displayName: "Bench" });
  for (const { name, text } of sampleCalendar({ items, seed: SEED })) {
    await server.put(new URL(encodeURIComponent(name), url).href, text);
  }
  return url;
}
