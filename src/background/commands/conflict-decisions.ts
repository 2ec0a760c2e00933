/** Carries out what the user decided about a conflict: in the item store first, durably, then on the server. */
import type { CommandArguments, CommandValue } from "../../shared/commands.ts";
import { AppError } from "../../shared/errors.ts";
import { withNewIdentity } from "../../shared/ical/new-identity.ts";
import type {
  ResourceBody,
  ResourceRow,
  StageOperation,
  StoredConflict,
} from "../../shared/item-store.ts";
import { type Chosen, choose } from "../sync/conflict-choice.ts";
import type { PushOutcome } from "../sync/resource-push.ts";
import type { CalendarTexts } from "../sync/texts.ts";
import { cacheIdOf } from "./waiting.ts";

export interface DecisionDependencies {
  readonly calendars: Pick<typeof messenger.calendar.calendars, "get">;
  readonly provider: Pick<
    typeof messenger.calendar.provider,
    "listConflicts" | "listResources" | "getResources" | "resolveConflict"
  >;
  readonly texts: CalendarTexts;
  readonly push: (calendarId: string, name: string) => Promise<PushOutcome | undefined>;
  readonly newId: () => string;
}

/** How often the item may be edited while its conflict is decided. */
const MOST_ATTEMPTS = 5;

/** @throws AppError "calendar-unknown"; "item-unknown" when the conflict is not on the list; "busy" */
export async function resolveConflict(
  deps: DecisionDependencies,
  { calendarId, id, keep }: CommandArguments<"conflicts.resolve">,
): Promise<CommandValue<"conflicts.resolve">> {
  const cacheId = await cacheIdOf(deps.calendars, calendarId);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const conflict = await findConflict(deps, cacheId, id);
    const row = await rowOf(deps, cacheId, conflict);
    const visible =
      row === undefined || row.pending === "delete" ? null : (row.userText ?? row.serverText);
    const chosen = choose(conflict, keep, visible, deps.texts);
    const name = row?.name ?? conflict.name;
    const operations = operationsFor(chosen, name, visible, deps);
    const expected = { name, revision: row?.revision ?? null };
    const done = await deps.provider.resolveConflict(
      cacheId,
      id,
      JSON.stringify(operations),
      expected,
    );
    if (!done) continue;
    const outcomes = await Promise.all(
      operations.map((operation) => deps.push(calendarId, operation.name)),
    );
    const sent = outcomes.filter((outcome) => outcome?.kind === "done").length;
    return { changed: operations.length, sent };
  }
  throw new AppError("busy", "The item kept changing while the conflict was decided.", {
    hint: "Nothing was changed. Try again in a moment.",
    retry: "later",
  });
}

async function findConflict(
  { provider }: DecisionDependencies,
  cacheId: string,
  id: number,
): Promise<StoredConflict> {
  const conflicts = JSON.parse(await provider.listConflicts(cacheId)) as StoredConflict[];
  const conflict = conflicts.find((each) => each.id === id);
  if (conflict !== undefined) return conflict;
  throw new AppError("item-unknown", "This conflict is no longer on the list.", {
    hint: "It was decided meanwhile. Nothing was changed.",
  });
}

/** The item may have got another name since, or its name another item. */
export async function rowOf(
  {
    provider,
  }: {
    readonly provider: Pick<DecisionDependencies["provider"], "getResources" | "listResources">;
  },
  cacheId: string,
  { name, uid }: Pick<StoredConflict, "name" | "uid">,
): Promise<ResourceBody | undefined> {
  const read = async (names: string[]): Promise<ResourceBody | undefined> =>
    (JSON.parse(await provider.getResources(cacheId, { names })) as ResourceBody[])[0];
  const named = await read([name]);
  if (uid === null || named?.uid === uid) return named;
  const rows = JSON.parse(await provider.listResources(cacheId)) as ResourceRow[];
  const elsewhere = rows.find((row) => row.uid === uid);
  return elsewhere === undefined ? undefined : read([elsewhere.name]);
}

function operationsFor(
  { text, again = false, copy }: Chosen,
  name: string,
  visible: string | null,
  { texts, newId }: DecisionDependencies,
): StageOperation[] {
  const operations: StageOperation[] = [];
  if (text === null) {
    if (visible !== null) operations.push({ kind: "delete", name });
  } else if (text !== undefined && (again || text !== visible)) {
    const kind = again ? "create" : "update";
    operations.push({ kind, name, text, columns: texts.scanColumns(text) });
  }
  if (copy !== undefined) {
    const uid = newId();
    const second = withNewIdentity(copy, uid);
    const columns = texts.scanColumns(second);
    operations.push({ kind: "create", name: `${uid}.ics`, text: second, columns });
  }
  return operations;
}
