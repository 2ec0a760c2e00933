/** The content type of a file, as plakar would sniff it: by its first bytes, else by its extension. */

const byPrefix: readonly (readonly [RegExp, string])[] = [
  [/^BEGIN:VCALENDAR\r?\n/i, "text/calendar"],
  [/^BEGIN:VCARD\r?\n/i, "text/vcard"],
];

const byExtension: ReadonlyMap<string, string> = new Map([
  ["ics", "text/calendar"],
  ["vcf", "text/vcard"],
  ["json", "application/json"],
  ["txt", "text/plain"],
]);

const PREFIX = 32;
const latin1 = new TextDecoder("latin1");

export function contentTypeOf(name: string, bytes: Uint8Array): string {
  const start = latin1.decode(bytes.subarray(0, PREFIX));
  const sniffed = byPrefix.find(([pattern]) => pattern.test(start))?.[1];
  if (sniffed) return sniffed;
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return byExtension.get(extension) ?? "application/octet-stream";
}
