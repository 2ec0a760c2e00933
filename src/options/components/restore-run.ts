/**
 * Runs restores: first their preview in words with the people who may get mail; then, confirmed, the restores and one
 * report. Nothing is written before the preview was confirmed.
 */
import type { RestoreReport } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, refusal, resultNotice, warningNotice } from "./notice.ts";
import { type Miss, missesNotice, type RestoreRequest } from "./restore-misses.ts";

export interface RestoreSurroundings {
  setBusy(busy: boolean): void;
  close(): void;
}

export class RestoreRun {
  readonly node = element("div");
  readonly #page: Page;
  readonly #surroundings: RestoreSurroundings;

  constructor(page: Page, surroundings: RestoreSurroundings) {
    this.#page = page;
    this.#surroundings = surroundings;
  }

  clear(): void {
    show(this.node);
  }

  showError(error: unknown): void {
    show(this.node, errorNotice(error));
  }

  /** Says what is missing in the form. */
  refuse(key: string): void {
    show(this.node, refusal(this.#page.words.text(key)));
  }

  /** @param requests one for each snapshot that something is restored from */
  async preview(requests: readonly RestoreRequest[]): Promise<void> {
    const reports = await this.#run(requests.map((request) => ({ ...request, dryRun: true })));
    if (reports === null) return;
    const confirmed = requests.map((request, index) => {
      const preview = reports[index]?.preview ?? null;
      return preview === null ? request : { ...request, preview };
    });
    this.#showPreview(confirmed, summed(reports), missesOf(requests, reports));
  }

  #showPreview(
    requests: readonly RestoreRequest[],
    report: RestoreReport,
    misses: readonly Miss[],
  ): void {
    const { words } = this.#page;
    const { created, updated, removed } = report;
    const changes = created + updated + removed;
    if (changes === 0 && misses.length === 0) {
      show(this.node, resultNotice("success", words.text("restoreNothingToDo")));
      return;
    }
    const confirm = element(
      "button",
      {
        type: "button",
        class: removed > 0 ? "danger" : "primary",
        onclick: () => void this.#confirmed(requests),
      },
      words.text("restoreNow"),
    );
    show(
      this.node,
      element(
        "div",
        { class: "preview", role: "group", "aria-label": words.text("previewHeading") },
        element("h3", {}, words.text("previewHeading")),
        this.#changesList(report, "will"),
        this.#mailNotice(requests, report),
        this.#misses(misses),
        requests.some(({ target }) => ["original", "calendar"].includes(target.kind)) &&
          element("p", { class: "hint" }, words.text("safetySnapshot")),
        changes > 0 && element("p", { class: "actions" }, confirm),
      ),
    );
    if (changes > 0) confirm.focus();
  }

  /** Who may get mail, and the way to restore so that nobody does. */
  #mailNotice(
    requests: readonly RestoreRequest[],
    { notifies }: RestoreReport,
  ): HTMLElement | null {
    if (notifies.length === 0) return null;
    const { words } = this.#page;
    const quiet = requests.map(({ preview: _, ...request }) => ({ ...request, quiet: true }));
    return warningNotice(
      words.counted("mayGetMail", notifies.length),
      element("p", { class: "hint" }, words.list(notifies)),
      element(
        "button",
        { type: "button", onclick: () => void this.preview(quiet) },
        words.text("withoutMail"),
      ),
    );
  }

  async #confirmed(requests: readonly RestoreRequest[]): Promise<void> {
    const { words, announce } = this.#page;
    const reports = await this.#run(requests.map((request) => ({ ...request, dryRun: false })));
    if (reports === null) return;
    const report = summed(reports);
    const whole = report.failed.length === 0;
    const message = words.text(whole ? "restoreDone" : "restoreIncomplete");
    show(
      this.node,
      resultNotice(
        whole ? "success" : "warning",
        message,
        this.#changesList(report, "did"),
        ...[this.#misses(missesOf(requests, reports))].filter((node) => node !== null),
        element(
          "p",
          { class: "actions" },
          element(
            "button",
            { type: "button", onclick: () => this.#surroundings.close() },
            words.text("close"),
          ),
        ),
      ),
    );
    announce(message);
  }

  /** One after the other; `null` after saying why it ended, and what was done before. */
  async #run(requests: readonly RestoreRequest[]): Promise<RestoreReport[] | null> {
    const { client } = this.#page;
    this.clear();
    this.#surroundings.setBusy(true);
    const reports: RestoreReport[] = [];
    try {
      for (const request of requests) reports.push(await client.call("snapshots.restore", request));
      return reports;
    } catch (error) {
      const done = requests[0]?.dryRun === true ? [] : reports;
      show(
        this.node,
        !isAppError(error, "aborted") && errorNotice(error),
        done.length > 0 && this.#changesList(summed(done), "did"),
      );
      return null;
    } finally {
      this.#surroundings.setBusy(false);
    }
  }

  /** Counts in words; `tense` chooses between what will be and what was done. */
  #changesList(report: RestoreReport, tense: "will" | "did"): HTMLElement {
    const { words } = this.#page;
    const lines = (["created", "updated", "removed", "unchanged"] as const)
      .filter((kind) => report[kind] > 0)
      .map((kind) => element("li", {}, words.counted(`${tense}_${kind}`, report[kind])));
    return element("ul", {}, ...lines);
  }

  #misses(misses: readonly Miss[]): HTMLElement | null {
    return missesNotice(misses, this.#page, (requests) => void this.preview(requests));
  }
}

function missesOf(requests: readonly RestoreRequest[], reports: readonly RestoreReport[]): Miss[] {
  return requests.flatMap((request, index) =>
    (reports[index]?.failed ?? []).map((failed) => ({ request, failed })),
  );
}

function summed(reports: readonly RestoreReport[]): RestoreReport {
  const sum = (kind: "created" | "updated" | "removed" | "unchanged"): number =>
    reports.reduce((total, report) => total + report[kind], 0);
  return {
    created: sum("created"),
    updated: sum("updated"),
    removed: sum("removed"),
    unchanged: sum("unchanged"),
    failed: reports.flatMap(({ failed }) => failed),
    notifies: [...new Set(reports.flatMap(({ notifies }) => notifies))],
    safetySnapshotId:
      reports.find((one) => one.safetySnapshotId !== null)?.safetySnapshotId ?? null,
    preview: null,
    calendarIds: [...new Set(reports.flatMap(({ calendarIds }) => calendarIds))],
  };
}
