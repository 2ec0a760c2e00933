/** Small events of a few single-line properties: made, read and changed in the words of a test. */

const HEAD = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT"];
const TAIL = ["END:VEVENT", "END:VCALENDAR", ""];

/** `eventText("a", { SUMMARY: "x" })`: one event with UID a. */
export function eventText(uid: string, properties: Readonly<Record<string, string>>): string {
  const facts = {
    UID: uid,
    DTSTAMP: "20260101T000000Z",
    DTSTART: "20260301T100000Z",
    ...properties,
  };
  const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}`);
  return [...HEAD, ...lines, ...TAIL].join("\r\n");
}

export const propertyOf = (text: string | undefined, property: string): string | undefined =>
  text
    ?.split("\r\n")
    .find((line) => line.startsWith(`${property}:`))
    ?.slice(property.length + 1);

/** The text with one property set, everything else untouched. */
export function withValue(text: string, property: string, value: string): string {
  const line = `${property}:${value}`;
  const lines = text.split("\r\n");
  const index = lines.findIndex((one) => one.startsWith(`${property}:`));
  if (index >= 0) lines[index] = line;
  else lines.splice(lines.indexOf("END:VEVENT"), 0, line);
  return lines.join("\r\n");
}
