/** Arrow keys, Home and End within a group of controls of which one is a stop of Tab (WAI-ARIA: roving tabindex). */

/** @param columns how many controls a row of a grid has; `vertical` or `horizontal` for a line of them */
export function moveFocus(
  event: KeyboardEvent,
  controls: readonly HTMLElement[],
  columns: number | "vertical" | "horizontal",
): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const at = controls.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const next = target(event.key, at, controls, columns);
  const control = next === null ? undefined : controls[next];
  if (!control) return;
  event.preventDefault();
  for (const each of controls) each.tabIndex = each === control ? 0 : -1;
  control.focus();
}

function target(
  key: string,
  at: number,
  controls: readonly HTMLElement[],
  columns: number | "vertical" | "horizontal",
): number | null {
  const [first] = controls;
  const toEnd = first && getComputedStyle(first).direction === "rtl" ? -1 : 1;
  if (key === "Home") return 0;
  if (key === "End") return controls.length - 1;
  if (columns !== "vertical") {
    if (key === "ArrowRight") return at + toEnd;
    if (key === "ArrowLeft") return at - toEnd;
  }
  if (columns === "horizontal") return null;
  const row = columns === "vertical" ? 1 : columns;
  if (key === "ArrowDown") return at + row;
  return key === "ArrowUp" ? at - row : null;
}
