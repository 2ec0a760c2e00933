/**
 * Which snapshot tells what a calendar holds now. Several computers may write into one store: each knows its own local
 * calendars only, and of one on a server whoever subscribes to it. Pure.
 */
import type { SnapshotInfo } from "../kloset/snapshot-info.ts";
import { INSTANCE, PARTIAL } from "./previous-snapshots.ts";
import type { SnapshotCalendar } from "./snapshot-calendars.ts";

export interface PresenceSnapshot {
  readonly info: SnapshotInfo;
  readonly calendars: readonly { readonly calendar: SnapshotCalendar }[];
}

/** Made of the same things by the same program of the same profile. */
function isSameSeries(a: SnapshotInfo, b: SnapshotInfo): boolean {
  if (a.type !== b.type || a.origin !== b.origin || a.directory !== b.directory) return false;
  const [mine, theirs] = [a.context.get(INSTANCE), b.context.get(INSTANCE)];
  // One from before instances were told apart may be of either.
  return mine === theirs || mine === undefined || theirs === undefined;
}

/** @param infos newest first. @returns true where a newer one of its series was meant to hold all that this one does */
export function isOutdated(infos: readonly SnapshotInfo[], info: SnapshotInfo): boolean {
  return infos
    .slice(0, infos.indexOf(info))
    .some((newer) => !newer.context.has(PARTIAL) && isSameSeries(newer, info));
}

/**
 * @param snapshots newest first
 * @param path `/calendars/<account>/<calendar>`
 * @returns for the position of a snapshot that holds the calendar, that of the snapshot whose items are there now. It need
 *   not hold the calendar: then all of it is gone
 */
export function presencesOf(
  snapshots: readonly PresenceSnapshot[],
  path: string,
): (at: number) => number {
  const held = snapshots.map(({ calendars }) =>
    calendars.find(({ calendar }) => calendar.path === path && !calendar.gone),
  );
  const ownNewest = snapshots.map(({ info }, at) =>
    snapshots.findIndex(
      (newer, index) =>
        index === at ||
        ((held[index] !== undefined || !newer.info.context.has(PARTIAL)) &&
          isSameSeries(newer.info, info)),
    ),
  );
  const urls = held.map((one) => one?.calendar.manifest?.url ?? "");
  return remembered((at) => {
    // A server's calendar is there as long as anybody subscribes to it, and as the last to look has it.
    const alike = ownNewest.filter((_, other) => urls[other] !== "" && urls[other] === urls[at]);
    const newest = alike.length > 0 ? alike : [ownNewest[at] as number];
    const holding = newest.filter((index) => held[index] !== undefined);
    return Math.min(...(holding.length > 0 ? holding : newest));
  });
}

function remembered(decide: (at: number) => number): (at: number) => number {
  const known = new Map<number, number>();
  return (at) => {
    const found = known.get(at) ?? decide(at);
    known.set(at, found);
    return found;
  };
}
