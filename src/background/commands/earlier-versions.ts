/**
 * Brings back a version that was replaced or removed. That is a change like an edit: in the item store first, durably,
 * then sent. What it replaces goes to `superseded` in turn.
 */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import type { StageOperation, SupersededVersion } from "../../shared/item-store.ts";
import { unreadableReason } from "../icalendar/readable.ts";
import { type DecisionDependencies, rowOf } from "./conflict-decisions.ts";
import { cacheIdOf } from "./waiting.ts";

export interface WaysBackDependencies
  extends Pick<DecisionDependencies, "texts" | "push" | "newId"> {
  readonly calendars: DecisionDependencies["calendars"];
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "getResources" | "listResources" | "listSuperseded" | "stage"
  >;
}

/** As the item store calls what a restore brings back: an answer to the older change is recognised by it. */
const REASON = "restore";
/** Of one calendar; more were never seen. */
const MOST_VERSIONS = 1_000_000;

/**
 * Brings a version back that was replaced or removed. The item as it is now goes to `superseded` in turn.
 * @throws AppError "calendar-unknown"; "item-unknown": the version is no longer kept; "calendar-data": it is damaged
 */
export async function restoreSuperseded(
  deps: WaysBackDependencies,
  { calendarId, id }: CommandArguments<"superseded.restore">,
): Promise<CommandValue<"superseded.restore">> {
  const cacheId = await cacheIdOf(deps.calendars, calendarId);
  const version = (
    JSON.parse(
      await deps.provider.listSuperseded(cacheId, { limit: MOST_VERSIONS }),
    ) as SupersededVersion[]
  ).find((each) => each.id === id);
  if (version === undefined) {
    throw new AppError("item-unknown", "This version is no longer kept.", {
      hint: "It was here for 30 days. Nothing was changed; look for it in the snapshots.",
    });
  }
  if (unreadableReason(version.text) !== null) {
    throw new AppError("calendar-data", "This version is damaged and cannot be brought back.", {
      hint: "Nothing was changed. Save it as a file to look at what is left of it.",
    });
  }
  const row = await rowOf(deps, cacheId, version);
  const gone = row === undefined || row.pending === "delete";
  const visible = gone ? null : (row.userText ?? row.serverText);
  if (visible === version.text) return { changed: 0, sent: 0 };
  const name = row?.name ?? (await freeName(deps, cacheId, version.name));
  const sent = await carryOut(deps, calendarId, cacheId, {
    kind: gone ? "create" : "update",
    name,
    text: version.text,
    columns: deps.texts.scanColumns(version.text),
  });
  return { changed: 1, sent };
}

/** A name may belong to another item by now. */
async function freeName(
  { provider, newId }: Pick<WaysBackDependencies, "provider" | "newId">,
  cacheId: string,
  name: string,
): Promise<string> {
  const taken = JSON.parse(await provider.getResources(cacheId, { names: [name] })) as unknown[];
  return taken.length === 0 ? name : `${newId()}.ics`;
}

/** @returns how many reached the server at once */
async function carryOut(
  { provider, push }: WaysBackDependencies,
  calendarId: string,
  cacheId: string,
  operation: StageOperation,
): Promise<number> {
  await provider.stage(cacheId, JSON.stringify([operation]), REASON);
  return (await push(calendarId, operation.name))?.kind === "done" ? 1 : 0;
}
