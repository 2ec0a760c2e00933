/**
 * One run against a server of any make: finds out what it does, lets the engine work with it on calendars made for
 * the purpose, and removes them again. See docs/test-server.md.
 */
import { randomUUID } from "node:crypto";
import { FLOWS, FlowWorld } from "./engine-flows.ts";
import { ServerAccess, type ServerLogin } from "./server-access.ts";
import { type ServerFact, serverFacts, wordsOf } from "./server-facts.ts";

export interface ConformanceReport {
  readonly facts: readonly ServerFact[];
  readonly flows: readonly { readonly name: string; readonly failure: string | null }[];
  /** `null`: the calendars are those of before. */
  readonly leftBehind: string | null;
}

/** @param tell one line of the report after the other @throws Error when no calendar can be made there */
export async function runConformance(
  login: ServerLogin,
  tell: (line: string) => void,
): Promise<ConformanceReport> {
  const access = await ServerAccess.find(login);
  tell(`Calendars are in ${access.home.url}`);
  const before = await access.calendars();
  const mark = `keeper-test-${randomUUID().slice(0, 8)}`;
  const flows: { name: string; failure: string | null }[] = [];
  let facts: ServerFact[] = [];
  try {
    facts = await serverFacts(access, await access.makeCalendar(`${mark}-facts`));
    tell("\nWhat the server does");
    for (const { question, answer } of facts) tell(`  ${question}: ${answer}`);
    tell("\nWhat CalDAV Keeper comes to with it");
    for (const [index, { name, run }] of FLOWS.entries()) {
      let failure: string | null = null;
      try {
        await run(new FlowWorld(access, await access.makeCalendar(`${mark}-${index}`)));
      } catch (error) {
        failure = wordsOf(error);
      }
      flows.push({ name, failure });
      tell(failure === null ? `  ✓ ${name}` : `  ✗ ${name}: ${failure}`);
    }
  } finally {
    await access.removeCalendars();
  }
  const after = await access.calendars();
  const added = [...after.keys()].filter((url) => !before.has(url));
  const missing = [...before.keys()].filter((url) => !after.has(url));
  const leftBehind = added.length + missing.length === 0 ? null : [...added, ...missing].join(" ");
  tell(
    leftBehind === null
      ? "\nThe server has the calendars it had before."
      : `\nNot as before: ${leftBehind}`,
  );
  return { facts, flows, leftBehind };
}
