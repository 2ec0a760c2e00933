/** Building DOM without HTML text: children are nodes or text nodes, so nothing a server wrote becomes markup. */

export type Child = Node | string | null | undefined | false;
type Attribute = string | boolean | number | null | undefined | ((event: Event) => void);

/**
 * @param attributes a function under `on<event>` becomes a listener; `true` an empty attribute; `false`, `null`
 * and `undefined` none
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

function append(node: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

/** Replaces what a container shows; the focus stays on the control with the same `data-focus` key. */
export function show(container: Element, ...children: readonly Child[]): void {
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.getAttribute("data-focus") ?? null;
  const fragment = document.createDocumentFragment();
  append(fragment, children);
  container.replaceChildren(fragment);
  if (key === null) return;
  const again = [...container.querySelectorAll<HTMLElement>("[data-focus]")].find(
    (node) => node.getAttribute("data-focus") === key,
  );
  again?.focus();
}

/** A swatch of a calendar's colour; anything that is no plain colour shows the neutral one. */
export function swatch(color: string | null): HTMLElement {
  const node = element("span", { class: "swatch", "aria-hidden": "true" });
  if (color && /^#[0-9a-f]{3,8}$/i.test(color)) node.style.backgroundColor = color;
  return node;
}

let lastId = 0;

/** An id for label, input and description to refer to each other. */
export function uniqueId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
