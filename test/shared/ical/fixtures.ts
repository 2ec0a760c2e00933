/** The calendar texts of test/fixtures/ics, read byte for byte. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../../fixtures/ics");

export const fixtureNames = readdirSync(folder)
  .filter((name) => name.endsWith(".ics"))
  .map((name) => name.slice(0, -4));

export function fixture(name: string): string {
  const bytes = readFileSync(path.join(folder, `${name}.ics`));
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A calendar of one VEVENT (or of several blocks of lines), CRLF line ends. */
export function calendarText(...components: readonly (readonly string[])[]): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Example//Test//EN",
    ...components.flat(),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

export function eventLines(...lines: readonly string[]): string[] {
  return ["BEGIN:VEVENT", "UID:event-1", ...lines, "END:VEVENT"];
}
