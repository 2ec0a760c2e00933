/** jCal (RFC 7265) by Thunderbird's own library, so that both forms of an item say the same there. */
import { extensionError } from "../extension-error.ts";

function library() {
  return ChromeUtils.importESModule("resource:///modules/calendar/Ical.sys.mjs").default;
}

/** @throws ExtensionError for a text that is not well-formed */
export function toJcal(text: string): unknown {
  try {
    return library().parse(text);
  } catch {
    // The library's own message may hold event text.
    throw extensionError('The item\'s text is damaged and has no jCal form; ask for "ical".');
  }
}

const COMPONENTS = ["vcalendar", "vevent", "vtodo"];

/**
 * The iCalendar text of a `vcalendar`, or of a bare `vevent` or `vtodo`; always the same for the same jCal.
 * @throws ExtensionError naming the argument when it is no jCal of these
 */
export function fromJcal(jcal: unknown, argument: string): string {
  // The draft's own example has the component in a list.
  const component = Array.isArray(jcal) && jcal.length === 1 ? (jcal[0] as unknown) : jcal;
  if (!isComponent(component)) {
    throw extensionError(
      `${argument} must be jCal: ["vcalendar", properties, components], or a "vevent" or "vtodo" alone.`,
    );
  }
  try {
    return `${library().stringify(component).trimEnd()}\r\n`;
  } catch {
    throw extensionError(`${argument} is not well-formed jCal.`);
  }
}

function isComponent(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    COMPONENTS.includes(String(value[0]).toLowerCase()) &&
    Array.isArray(value[1]) &&
    Array.isArray(value[2])
  );
}
