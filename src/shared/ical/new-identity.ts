/**
 * A second item made of the text of another one: under a UID of its own, as RFC 4791 §5.3.2.1 wants it, and without
 * the server mailing anybody about it (RFC 6638 §7.1): the people in it know the first one.
 */
import {
  type ContentLine,
  foldedLine,
  lineEnd,
  lineParameter,
  lineValue,
  splitContentLines,
} from "./content-line.ts";
import { resourceUids } from "./identity.ts";

/** Everything else stays byte for byte. */
export function withNewIdentity(text: string, uid: string): string {
  const uids = new Set(resourceUids(text));
  const end = lineEnd(text);
  return splitContentLines(text)
    .map((line) => (changed(line, uids, uid, end) ?? line).raw)
    .join("");
}

function changed(
  line: ContentLine,
  uids: ReadonlySet<string>,
  uid: string,
  end: string,
): ContentLine | undefined {
  if (line.name === "UID" && uids.has(lineValue(line).trim())) return foldedLine(`UID:${uid}`, end);
  const isPerson = line.name === "ATTENDEE" || line.name === "ORGANIZER";
  if (!isPerson || lineParameter(line, "SCHEDULE-AGENT") !== null) return undefined;
  const rest = line.text.slice(line.name.length);
  return foldedLine(`${line.name};SCHEDULE-AGENT=NONE${rest}`, end);
}
