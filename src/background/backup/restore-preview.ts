/** What a preview stood for, in one word: the restore goes on only while it still stands for the same. */
import { toHex } from "../../shared/bytes.ts";
import { AppError } from "../../shared/errors.ts";
import type { CalendarWrite } from "./ports.ts";
import type { PresentResource } from "./restore-plan.ts";

export interface PreviewedWrites {
  /** Empty for a calendar that is still to be made. */
  readonly calendarId: string;
  readonly writes: readonly CalendarWrite[];
  /** By name. */
  readonly present: ReadonlyMap<string, PresentResource>;
}

/** Other changes in the calendars than to what would be written make no difference. */
export async function previewToken(parts: readonly PreviewedWrites[]): Promise<string> {
  const facts = parts.map(({ calendarId, writes, present }) => [
    calendarId,
    writes.map((write) => {
      const there = present.get(write.name);
      const text = write.kind === "remove" ? null : write.text;
      return [
        write.kind,
        write.name,
        write.uid,
        text,
        there?.text ?? null,
        there?.deleted ?? false,
      ];
    }),
  ]);
  const bytes = new TextEncoder().encode(JSON.stringify(facts));
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

export function previewOutdated(): AppError {
  return new AppError("preview-outdated", "The calendar has changed since the preview was made.", {
    hint: "Nothing was restored. Look at the preview again.",
    retry: "after-user",
  });
}
