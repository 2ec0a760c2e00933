/** The calendars a snapshot holds: their folders and manifests. */
import { AppError } from "../../shared/errors.ts";
import type { SnapshotReader } from "../kloset/snapshot-reader.ts";
import type { CalendarFolder } from "./calendar-folders.ts";
import { calendarPath, manifestPath } from "./layout.ts";
import { type CalendarManifest, decodeManifest } from "./manifest.ts";

export interface SnapshotCalendar extends CalendarFolder {
  /** `/calendars/<account>/<calendar>` */
  readonly path: string;
  /** `undefined` where the snapshot has none, or none we can read. */
  readonly manifest: CalendarManifest | undefined;
}

/**
 * In the order Thunderbird showed them; those without a manifest last.
 * @throws AppError "unsupported" for a snapshot of something else than calendars
 */
export async function snapshotCalendars(snapshot: SnapshotReader): Promise<SnapshotCalendar[]> {
  const found: SnapshotCalendar[] = [];
  if ((await snapshot.stat("/calendars"))?.kind !== "directory") {
    if (snapshot.info.files > 0) throw noCalendars();
    return found;
  }
  for (const account of await snapshot.list("/calendars")) {
    if (account.kind !== "directory") continue;
    for (const calendar of await snapshot.list(`/calendars/${account.name}`)) {
      if (calendar.kind !== "directory") continue;
      found.push({
        account: account.name,
        calendar: calendar.name,
        path: calendarPath(account.name, calendar.name),
        manifest: await readManifest(snapshot, account.name, calendar.name),
      });
    }
  }
  const order = (calendar: SnapshotCalendar) => calendar.manifest?.order ?? Number.MAX_SAFE_INTEGER;
  return found.sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
}

async function readManifest(snapshot: SnapshotReader, account: string, calendar: string) {
  const path = manifestPath(account, calendar);
  if (!(await snapshot.stat(path))) return undefined;
  return decodeManifest(await snapshot.readFile(path));
}

function noCalendars(): AppError {
  return new AppError(
    "unsupported",
    "This snapshot holds other files than CalDAV Keeper's calendars.",
    {
      hint: "Another program made it, and nothing in it was changed. Restore it with that program, for example with plakar.",
    },
  );
}
