/**
 * Whether an edit comes from an invitation: Thunderbird notes in the item, or with the attendee who answered, which
 * message it took the change from, and no other edit touches these notes. Pure.
 */
const MARK = /RECEIVED-(?:SEQUENCE|DTSTAMP)[^;:=]*[:=][^;:\r\n]*/g;

/** @param before asked only if it matters; `null` for a new item */
export function isInvitationChange(before: () => string | null, after: string): boolean {
  const marks = marksOf(after);
  return marks !== "" && marks !== marksOf(before() ?? "");
}

function marksOf(text: string): string {
  if (!text.includes("RECEIVED-")) return "";
  return (text.replace(/\r?\n[ \t]/g, "").match(MARK) ?? []).sort().join("\n");
}
