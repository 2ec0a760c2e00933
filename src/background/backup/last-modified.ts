/**
 * The modification time an entry gets: LAST-MODIFIED of its newest component (RFC 5545 §3.8.7.3), else the
 * epoch. Never the time of the backup: an unchanged event must make the same entry again.
 */
export function lastModifiedMs(text: string): number {
  let newest = 0;
  if (!text.includes("LAST-MODIFIED")) return newest;
  for (const match of text.matchAll(
    /^LAST-MODIFIED[^:\r\n]*:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?\r?$/gm,
  )) {
    const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const time = Date.UTC(year, month - 1, day, hour, minute, second);
    if (time > newest) newest = time;
  }
  return newest;
}
