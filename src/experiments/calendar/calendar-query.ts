/** Which calendars `calendars.query` finds. */
import { DEFAULT_COLOR, normalColor, readColor } from "./css-color.ts";
import { extensionError } from "./extension-error.ts";

export interface CalendarQuery {
  readonly type?: string | null;
  readonly url?: string | readonly string[] | null;
  readonly name?: string | null;
  readonly color?: string | null;
  readonly readOnly?: boolean | null;
  readonly enabled?: boolean | null;
  readonly visible?: boolean | null;
}

type Test = (calendar: calICalendar) => boolean;

/** @throws ExtensionError naming the criterion that is wrong */
export function readQuery(query: CalendarQuery): Test {
  const { type, url, name, color, readOnly, enabled, visible } = query;
  const tests: Test[] = [];
  if (type != null) tests.push((calendar) => calendar.type === type);
  if (url != null) {
    const patterns = [url].flat().map(readUrlPattern);
    tests.push(({ uri }) => patterns.some((matches) => matches(uri)));
  }
  if (name != null) {
    const glob = new MatchGlob(name);
    tests.push((calendar) => glob.matches(calendar.name));
  }
  if (color != null) {
    const wanted = readColor(color, "color");
    tests.push((calendar) => colorOf(calendar) === wanted);
  }
  if (readOnly != null) tests.push((calendar) => calendar.readOnly === readOnly);
  if (enabled != null) tests.push((calendar) => !calendar.getProperty("disabled") === enabled);
  if (visible != null) {
    tests.push((calendar) => Boolean(calendar.getProperty(TICKED)) === visible);
  }
  return (calendar) => tests.every((matches) => matches(calendar));
}

const TICKED = "calendar-main-in-composite";

/** As `#rrggbb`; what is stored if Thunderbird could not read it either. */
export function colorOf(calendar: calICalendar): string {
  const color = calendar.getProperty("color");
  if (typeof color !== "string" || color === "") return DEFAULT_COLOR;
  return normalColor(color) ?? color;
}

/** A match pattern with any scheme, or a URL that is none (`moz-storage-calendar://`, one with a port) with `*`. */
function readUrlPattern(pattern: string): (uri: nsIURI) => boolean {
  try {
    const matcher = new MatchPattern(pattern, { restrictSchemes: false });
    return (uri) => uri.spec === pattern || matcher.matches(uri);
  } catch {
    // Match patterns know no ports and no URLs without a host.
  }
  try {
    Services.io.newURI(pattern.replaceAll("*", "x"));
  } catch {
    throw extensionError(`url ${JSON.stringify(pattern)} is neither a match pattern nor a URL.`);
  }
  const source = pattern.split("*").map((part) => part.replace(/[.+^${}()|[\]\\?]/g, "\\$&"));
  const expression = new RegExp(`^${source.join(".*")}$`, "s");
  return (uri) => expression.test(uri.spec);
}
