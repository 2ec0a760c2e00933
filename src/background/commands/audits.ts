/** `sync.audit`: what differs between Thunderbird and the server, and its repair by a synchronization that lists all. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { fromWire } from "../../shared/errors.ts";
import { scanColumns } from "../../shared/ical/scan.ts";
import type { ResourceBody } from "../../shared/item-store.ts";
import type { AuditResult } from "../sync/audit.ts";
import type { SyncScheduler } from "../sync/scheduler.ts";
import type { Work } from "./ports.ts";
import { cacheIdOf } from "./waiting.ts";

export interface AuditDependencies {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<typeof messenger.calendar.provider, "getResources">;
  readonly scheduler: () => Pick<SyncScheduler, "exclusively" | "requestSync">;
}

/** @throws AppError "calendar-unknown", and why the server could not be asked */
export async function auditCalendar(
  { calendars, provider, scheduler }: AuditDependencies,
  { calendarId, repair = false }: CommandArguments<"sync.audit">,
  work: Work,
): Promise<CommandValue<"sync.audit">> {
  const cacheId = await cacheIdOf(calendars, calendarId);
  const compare = (): Promise<AuditResult> =>
    scheduler().exclusively(calendarId, (engine, inner) => engine.audit(inner), work);
  const before = await compare();
  const names = before.findings.map(({ name }) => name);
  const rows =
    names.length === 0
      ? []
      : (JSON.parse(await provider.getResources(cacheId, { names })) as ResourceBody[]);
  const texts = new Map(rows.map((row) => [row.name, row.userText ?? row.serverText]));
  const differences = before.findings.map(({ name, kind }) => {
    const text = texts.get(name) ?? null;
    return { name, kind, summary: text === null ? null : scanColumns(text).summary };
  });
  const { checked } = before;
  if (!repair || names.length === 0) return { checked, differences, left: names.length };
  const { signal, onProgress } = work;
  const options = { signal, onProgress, listsAll: true };
  const report = await scheduler().requestSync(calendarId, "manual", options);
  if (report.error !== undefined && report.error.code !== "mass-change") {
    throw fromWire(report.error);
  }
  return { checked, differences, left: (await compare()).findings.length };
}
