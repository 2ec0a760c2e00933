/** Calendar objects for tests of the server side: small, valid, and odd where oddness is to survive. */

/** An event with everything that a careless way through XML or a decoder would damage. */
export function sampleEvent(uid: string, summary = "Grüße, 日本 🎉"): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//CalDAV Keeper//Tests//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260102T030405Z",
    "DTSTART:20260601T100000Z",
    "DTEND:20260601T110000Z",
    `SUMMARY:${summary}`,
    'DESCRIPTION:one line\\nand <another> & "more"\\, folded where no reader would expec',
    " t it\\; tabs\tand  spaces",
    "LOCATION:Straße 1\\, Ünter]]>ort",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

export function sampleTask(uid: string, summary = "Write it down"): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//CalDAV Keeper//Tests//EN",
    "BEGIN:VTODO",
    `UID:${uid}`,
    "DTSTAMP:20260102T030405Z",
    `SUMMARY:${summary}`,
    "STATUS:NEEDS-ACTION",
    "END:VTODO",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
