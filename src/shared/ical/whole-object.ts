/** True for a text that ends as a calendar object does (RFC 5545 §3.4): nothing was cut off. */
export function isWholeObject(text: string): boolean {
  return /END:VCALENDAR\s*$/i.test(text.slice(-1_000));
}
