/**
 * Independent edits of a calendar text for the laws of merging: each works on the text itself, line by line,
 * and touches a group of properties no other one touches.
 */

export interface SampleEdit {
  readonly name: string;
  readonly apply: (text: string) => string;
}

/** Within the first VEVENT or VTODO only. */
function inMaster(change: (item: string) => string): (text: string) => string {
  return (text) =>
    text.replace(/BEGIN:(VEVENT|VTODO)\r\n[\s\S]*?\r\nEND:\1\r\n/, (item) => change(item));
}

/** Sets a property before any inner component; folded lines of the old one go with it. */
function setProperty(name: string, line: string): (text: string) => string {
  return inMaster((item) => {
    const without = item.replace(new RegExp(`\\r\\n${name}[;:].*(?:\\r\\n .*)*`, "g"), "");
    return without.replace(/\r\n/, `\r\n${line}\r\n`);
  });
}

function append(line: string): (text: string) => string {
  return inMaster((item) => item.replace(/\r\n(?=BEGIN:|END:)/, `\r\n${line}\r\n`));
}

export const EDITS: readonly SampleEdit[] = [
  { name: "another title", apply: setProperty("SUMMARY", "SUMMARY:Anderer Titel\\, neu") },
  { name: "another place", apply: setProperty("LOCATION", "LOCATION:Café Größenwahn") },
  {
    name: "no description",
    apply: inMaster((item) => item.replace(/\r\nDESCRIPTION:.*(?:\r\n .*)*/, "")),
  },
  { name: "one more category", apply: append("CATEGORIES:Added") },
  {
    name: "one more guest",
    apply: append("ATTENDEE;CN=New;PARTSTAT=NEEDS-ACTION:mailto:new@example.org"),
  },
  {
    name: "everyone accepts",
    apply: inMaster((item) => item.replace(/PARTSTAT=TENTATIVE/g, "PARTSTAT=ACCEPTED")),
  },
  { name: "one more link", apply: append("ATTACH:https://example.org/agenda.pdf") },
  { name: "private", apply: setProperty("CLASS", "CLASS:PRIVATE") },
  { name: "a colour", apply: setProperty("COLOR", "COLOR:teal") },
  { name: "an unknown property", apply: append("X-NEW;X-P=1:kept") },
  {
    name: "one more alarm",
    apply: inMaster((item) =>
      item.replace(
        /END:(VEVENT|VTODO)\r\n$/,
        "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT37M\r\nEND:VALARM\r\n$&",
      ),
    ),
  },
  { name: "tentative", apply: setProperty("STATUS", "STATUS:TENTATIVE") },
  {
    name: "another time",
    apply: inMaster((item) =>
      item
        .replace(/\r\n(DTSTART|DTEND|DUE|DURATION|RRULE|EXDATE)[;:].*/g, "")
        .replace(/\r\n/, "\r\nDTSTART:20260301T100000Z\r\n"),
    ),
  },
];
