/** Varied calendar files for tests of stores: deterministic, non-ASCII names, CRLF. */

export interface CalendarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

const folders = [
  "/calendars/anna@dav.example/Büro",
  "/calendars/anna@dav.example/private",
  "/calendars/local/Home – 家",
];

export function calendarFiles(count: number): CalendarFile[] {
  return Array.from({ length: count }, (_, i) => {
    const lines = [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//example//EN",
      "BEGIN:VEVENT",
      `UID:event-${i}@example`,
      "DTSTAMP:20260102T030405Z",
      `DTSTART:202601${String((i % 28) + 1).padStart(2, "0")}T090000Z`,
      `SUMMARY:Besprechung № ${i} 🗓️`,
      ...Array.from(
        { length: i % 7 },
        (_unused, k) => `X-LINE-${k}:${"word ".repeat(i % 50)}${k * i}`,
      ),
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    ];
    return {
      path: `${folders[i % folders.length]}/Ereignis-${i}.ics`,
      bytes: new TextEncoder().encode(lines.join("\r\n")),
      modifiedMs: 1_760_000_000_000 + i * 1000,
    };
  });
}

/** The same pseudo-random bytes for the same seed: nothing compresses them. */
export function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed | 1;
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}
