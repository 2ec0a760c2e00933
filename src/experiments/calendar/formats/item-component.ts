/** One item of Thunderbird as the component that its text would be. */
import { type Component, isComponent, parseTree } from "../../../shared/ical/component-tree.ts";
import { identifiedComponents } from "../../../shared/ical/identity.ts";

const EMPTY: Component = {
  name: "VEVENT",
  begin: { raw: "BEGIN:VEVENT\r\n", text: "BEGIN:VEVENT", name: "BEGIN" },
  end: null,
  children: [],
};

/**
 * @param item a master, a single item or an occurrence; of a series only itself, without its overrides
 * @param text the kept text of its resource: a whole item is read from it as it stands there
 */
export function itemComponent(item: calIItemBase, text: (() => string) | null): Component {
  const kept = text !== null && item.parentItem === item ? masterIn(text(), item) : undefined;
  if (kept) return kept;
  const [root] = parseTree(item.icalComponent.serializeToICS()).nodes.filter(isComponent);
  return root ?? EMPTY;
}

/** Thunderbird makes up a master for overrides that come without one: no text holds that. */
function masterIn(text: string, item: calIItemBase): Component | undefined {
  const name = item.isEvent() ? "VEVENT" : "VTODO";
  return identifiedComponents(parseTree(text)).find(
    ({ component, uid, recurrenceId }) =>
      component.name === name && uid === item.id && recurrenceId === null,
  )?.component;
}
