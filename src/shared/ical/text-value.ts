/** TEXT values and lists of them (RFC 5545 §3.3.11, §3.1.1). */

/** Escapes resolved; a backslash before any other character is kept, as parsers do. */
export function unescapeText(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\([\\;,nN])/g, (_, sign: string) =>
    sign === "n" || sign === "N" ? "\n" : sign,
  );
}

/** Parts of a list between commas that are not escaped; escapes stay. */
export function splitList(value: string): string[] {
  if (!value.includes(",")) return [value];
  if (!value.includes("\\")) return value.split(",");
  return [...value.matchAll(/(?:^|,)((?:\\[\s\S]|[^\\,])*\\?)/g)].map((match) => match[1] ?? "");
}

/** Order by code units: the same in every locale. */
export function compareText(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}
