/** Messages at the place where they belong: an error with its hint, a warning, a success. */
import { isAppError, toWire, type WireError } from "../../shared/errors.ts";
import { element } from "../element.ts";

export function errorNotice(
  error: unknown,
  action?: { label: string; run: () => void },
): HTMLElement {
  const { message, hint } = isWireError(error) ? error : toWire(error);
  return element(
    "div",
    { class: "notice error", role: "alert" },
    element("p", { class: "message" }, message),
    hint && element("p", { class: "hint" }, hint),
    action && element("button", { type: "button", onclick: action.run }, action.label),
  );
}

export function warningNotice(message: string, ...children: readonly Node[]): HTMLElement {
  return element(
    "div",
    { class: "notice warning", role: "alert" },
    element("p", { class: "message" }, message),
    ...children,
  );
}

/** A result. `role=status`: said politely. */
export function resultNotice(
  kind: "success" | "warning",
  message: string,
  ...children: readonly Node[]
): HTMLElement {
  return element(
    "div",
    { class: `notice ${kind}`, role: "status" },
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
