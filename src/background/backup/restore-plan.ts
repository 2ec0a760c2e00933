/**
 * Which writes a restore needs, decided without touching anything: the snapshot's resources beside the
 * calendar's present ones. A resource is recognised by its name, else by its UID (a server or a user may have
 * moved it to another name meanwhile; creating it again would clash with RFC 4791 §5.3.2.1 no-uid-conflict).
 */
import type { RestoreMode } from "../../shared/commands.ts";
import type { CalendarWrite } from "./ports.ts";

export interface PlannedResource {
  readonly name: string;
  readonly uid: string | null;
  readonly text: string;
}

/** A resource of the calendar as it is. */
export interface PresentResource extends PlannedResource {
  /** Deleted by the user, which the server has not been told yet: it is not shown. */
  readonly deleted: boolean;
}

export interface RestorePlan {
  readonly writes: readonly CalendarWrite[];
  /** Present already, with the same bytes; or different, where the mode leaves those alone. */
  readonly unchanged: number;
}

/** @param isSame true for a text in the calendar that needs no restoring; the same bytes when absent */
export function planRestore(
  wanted: readonly PlannedResource[],
  present: readonly PresentResource[],
  mode: RestoreMode,
  isSame: (there: string, wanted: string) => boolean = (there, wanted) => there === wanted,
): RestorePlan {
  const byName = new Map(present.map((resource) => [resource.name, resource]));
  const byUid = new Map<string, PresentResource>();
  for (const resource of present) if (resource.uid !== null) byUid.set(resource.uid, resource);

  // A name that another event has taken meanwhile must not be written over.
  const sameNameNoUid = (resource: PlannedResource) => {
    const there = byName.get(resource.name);
    return there && (there.uid === null || resource.uid === null) ? there : undefined;
  };
  const taken = new Set(byName.keys());
  const freeName = (name: string) => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = name.replace(/(\.ics)?$/i, `-${n}$1`);
    taken.add(free);
    return free;
  };

  const writes: CalendarWrite[] = [];
  const kept = new Set<string>();
  let unchanged = 0;
  for (const resource of wanted) {
    const there =
      (resource.uid === null ? undefined : byUid.get(resource.uid)) ?? sameNameNoUid(resource);
    if (!there) {
      writes.push({ kind: "create", ...resource, name: freeName(resource.name) });
      continue;
    }
    kept.add(there.name);
    // Under its own name, so that the deletion is taken back.
    if (there.deleted) writes.push({ kind: "create", ...resource, name: there.name });
    else if (mode === "missing" || isSame(there.text, resource.text)) unchanged++;
    else writes.push({ kind: "update", name: there.name, uid: resource.uid, text: resource.text });
  }
  if (mode === "exact") {
    for (const resource of present) {
      if (!kept.has(resource.name) && !resource.deleted)
        writes.push({ kind: "remove", name: resource.name, uid: resource.uid });
    }
  }
  return { writes, unchanged };
}
