/**
 * Commits an edit made in Thunderbird to the stored text. Thunderbird hands over whole items as it serialises
 * them; only what differs between the old and the new one is changed in the stored bytes, so that everything
 * its parser does not know, and the form of everything else, survives.
 */
import { changedProperties } from "./changed-properties.ts";
import { joinTree, parseTree } from "./component-tree.ts";
import { lineEnd } from "./content-line.ts";
import { applyItems, type Outcome } from "./item-changes.ts";
import { isMergeable, WHOLE_TEXT } from "./merge.ts";
import { newResourceText } from "./new-resource.ts";
import { isAcknowledgement, isMarker } from "./property-names.ts";
import { settleSeries } from "./series-clash.ts";
import { addMissingZones, usedZones } from "./zone-definitions.ts";
import { withZoneNames, zoneNames } from "./zone-names.ts";

export interface Edit {
  /** Thunderbird's serialisation of the item the edit started from, with its exceptions. */
  readonly before: string;
  readonly after: string;
  /** The stored text of the row as it is now. */
  readonly current: string;
  /** The stored text of the version `before` was built from; `null` when that is `current`. */
  readonly original: string | null;
}

export interface AppliedEdit {
  /** `current` byte for byte where the edit changes nothing. */
  readonly text: string;
  /** Names of what the edit changed and someone else changed differently since `original`; the edit stands. */
  readonly conflicts: string[];
  /** False when only an alarm was acknowledged or a time stamp moved. */
  readonly significant: boolean;
}

export function applyEdit({ before, after, current, original }: Edit): AppliedEdit {
  if (changedProperties(before, after).length === 0)
    return { text: current, conflicts: [], significant: false };
  const target = parseTree(current);
  const theirs = parseTree(current);
  const base = original === null ? theirs : parseTree(original);
  const shown = parseTree(before);
  const names = zoneNames(shown, base);
  const from = withZoneNames(shown, names);
  const to = withZoneNames(parseTree(after), names);
  const versions = { from, to, base, theirs, target };
  if (![from, to, base, target].every(isMergeable))
    return {
      text: newResourceText(after),
      conflicts: base === theirs ? [] : [WHOLE_TEXT],
      significant: true,
    };
  const settings = { lineEnd: lineEnd(current), ignored: isThunderbirdsOwn };
  const outcome: Outcome = { conflicts: new Set(), changed: false };
  const zones = usedZones(target);
  applyItems(versions, settings, outcome);
  settleSeries(versions, settings, outcome);
  addMissingZones(target, to, zones, settings.lineEnd);
  return { text: joinTree(target), conflicts: [...outcome.conflicts], significant: true };
}

/** Alarm acknowledgements are kept beside the text; the others mean nothing outside Thunderbird. */
function isThunderbirdsOwn(name: string): boolean {
  return isAcknowledgement(name) || isMarker(name) || name === "X-MOZ-GENERATION";
}
