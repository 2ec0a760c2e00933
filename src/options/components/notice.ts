/** Messages at the place where they belong: an error with its hint, a warning, a success, nothing yet. */
import { isAppError, toWire, type WireError } from "../../shared/errors.ts";
import { SAID } from "../announcer.ts";
import { element } from "../element.ts";

export interface NoticeExtras {
  readonly label?: string;
  readonly run?: () => void;
  /** Heads the steps that were taken, where the error tells them (`details.log`). */
  readonly logLabel?: string;
}

export function errorNotice(
  error: unknown,
  { label, run, logLabel }: NoticeExtras = {},
): HTMLElement {
  const { message, hint, details } = isWireError(error) ? error : toWire(error);
  const steps = (details as { readonly log?: unknown }).log;
  const log = Array.isArray(steps) ? steps.map(String) : [];
  return element(
    "div",
    { class: "notice error", role: "alert" },
    element("p", { class: "message" }, message),
    hint && element("p", { class: "hint" }, hint),
    logLabel !== undefined &&
      log.length > 0 &&
      element(
        "details",
        {},
        element("summary", {}, logLabel),
        element("ol", {}, ...log.map((step) => element("li", {}, step))),
      ),
    label !== undefined && run && element("button", { type: "button", onclick: run }, label),
  );
}

/** Something has to be filled in or ticked before it can go on. */
export function refusal(message: string): HTMLElement {
  return element("p", { class: "notice error", role: "alert" }, message);
}

export function warningNotice(message: string, ...children: readonly Node[]): HTMLElement {
  return element(
    "div",
    { class: "notice warning", role: "alert" },
    element("p", { class: "message" }, message),
    ...children,
  );
}

/** A result, said politely. */
export function resultNotice(
  kind: "success" | "warning",
  message: string,
  ...children: readonly Node[]
): HTMLElement {
  return element(
    "div",
    { class: `notice ${kind}`, [SAID]: true },
    element("p", { class: "message" }, message),
    ...children,
  );
}

function isWireError(error: unknown): error is WireError {
  return (
    !isAppError(error) &&
    typeof error === "object" &&
    error !== null &&
    typeof (error as { message?: unknown }).message === "string" &&
    typeof (error as { hint?: unknown }).hint === "string"
  );
}

/** What stands in the place of a list that has nothing in it yet. */
export function emptyNotice(message: string, hint: string): HTMLElement {
  return element(
    "div",
    { class: "empty", [SAID]: true },
    element("p", {}, message),
    element("p", { class: "hint" }, hint),
  );
}
