/** What a restore left out: each item by its title and when, why, and what helps. */
import type { CommandArguments, ItemTitle, RestoreReport } from "../../shared/commands.ts";
import { element } from "../element.ts";
import { chosenItems } from "../history/chosen.ts";
import { localDates } from "../history/date-words.ts";
import { itemWhen } from "../history/item-when.ts";
import { saveAsFiles } from "../history/save-file.ts";
import type { Page } from "../page.ts";
import { warningNotice } from "./notice.ts";

export type RestoreRequest = CommandArguments<"snapshots.restore">;

export interface Miss {
  readonly request: RestoreRequest;
  readonly failed: RestoreReport["failed"][number];
}

/** More of them are counted, not listed. */
const SHOWN = 50;

type Remedy = "copies" | "withMail" | "newCalendar" | "again" | "none";

const REMEDIES: Readonly<Record<string, Remedy>> = {
  // The server holds the UID elsewhere: in its trash bin, or in another calendar.
  conflict: "copies",
  "uid-exists": "copies",
  "would-notify": "withMail",
  "calendar-unknown": "newCalendar",
  "read-only": "newCalendar",
  forbidden: "newCalendar",
  // It is the store that no longer has it.
  "store-corrupt": "none",
  "blob-missing": "none",
  "calendar-data": "none",
};

/** @param preview of other restores, for what was left out alone */
export function missesNotice(
  misses: readonly Miss[],
  page: Page,
  preview: (requests: readonly RestoreRequest[]) => void,
): HTMLElement | null {
  if (misses.length === 0) return null;
  const { words } = page;
  const more = misses.length - SHOWN;
  const outcome = element("div");
  return warningNotice(
    words.counted("notRestored", misses.length),
    element(
      "ul",
      { class: "misses" },
      ...misses.slice(0, SHOWN).map(({ failed }) => missLine(failed, page)),
      more > 0 && element("li", {}, words.counted("moreErrors", more)),
    ),
    element(
      "p",
      { class: "actions" },
      ...remedyButtons(misses, page, preview),
      saveButton(misses, page, outcome),
    ),
    outcome,
  );
}

function missLine({ item, message, about }: Miss["failed"], page: Page): HTMLElement {
  const title = about && titleOf(about, page);
  if (!title) return element("li", {}, `${item}: ${message}`);
  return element(
    "li",
    {},
    element("span", { class: "name" }, title),
    element("span", {}, message),
    element("span", { class: "path quiet" }, item),
  );
}

export function titleOf(about: ItemTitle, { words }: Page): string {
  const when = itemWhen(about, localDates(words.language));
  return [about.summary || words.text("untitled"), when].filter(Boolean).join(" · ");
}

function remedyButtons(
  misses: readonly Miss[],
  { words, now }: Page,
  preview: (requests: readonly RestoreRequest[]) => void,
): HTMLElement[] {
  const restores: Readonly<Record<Exclude<Remedy, "none">, Partial<RestoreRequest>>> = {
    copies: { newUids: true },
    withMail: { quiet: false },
    newCalendar: {
      target: { kind: "new", name: words.text("restoredCalendar", words.dateTime(now())) },
    },
    again: {},
  };
  return (["again", "copies", "withMail", "newCalendar"] as const).flatMap((remedy) => {
    const helped = misses.filter(({ failed }) => (REMEDIES[failed.code] ?? "again") === remedy);
    const requests = anew(helped, restores[remedy]);
    if (requests.length === 0) return [];
    const run = (): void => preview(requests);
    return [element("button", { type: "button", onclick: run }, words.text(`remedy_${remedy}`))];
  });
}

/** Restores of these items alone. */
function anew(misses: readonly Miss[], change: Partial<RestoreRequest>): RestoreRequest[] {
  const byRequest = new Map<RestoreRequest, string[]>();
  for (const { request, failed } of misses)
    if (isPath(failed.item))
      byRequest.set(request, [...(byRequest.get(request) ?? []), failed.item]);
  return [...byRequest].map(([{ preview: _, ...request }, items]) => ({
    ...request,
    ...change,
    // Of single items nothing else is to be removed.
    mode: request.mode === "exact" ? "older" : request.mode,
    selection: { items },
  }));
}

function saveButton(misses: readonly Miss[], page: Page, outcome: HTMLElement): HTMLElement | null {
  const whole = misses.filter(({ failed }) => failed.about !== undefined && isPath(failed.item));
  const [first] = whole;
  if (first?.failed.about === undefined) return null;
  const { words } = page;
  const title =
    whole.length === 1 ? first.failed.about.summary : words.counted("itemCount", whole.length);
  const chosen = chosenItems(
    whole.map(({ request, failed }) => ({ snapshotId: request.snapshotId, path: failed.item })),
  );
  return element(
    "button",
    { type: "button", onclick: () => void saveAsFiles(page, chosen, title, outcome) },
    words.text("saveMisses"),
  );
}

/** In the snapshot; what was to be removed has a name in its calendar only. */
function isPath(item: string): boolean {
  return item.startsWith("/");
}
