/** What the user is told while the mass-change guard holds changes back. Pure. */
import { AppError } from "../../shared/errors.ts";

interface HeldCounts {
  readonly removals: number;
  readonly reversals: number;
  readonly deletions: number;
}

export function heldBack({ removals, reversals, deletions }: HeldCounts): AppError {
  const details = { heldRemovals: removals, heldReversals: reversals, heldDeletions: deletions };
  if (deletions > 0) {
    return new AppError("mass-change", "Many events were deleted here; the server keeps them.", {
      hint: "They are deleted there, or come back here, once you say so in CalDAV Keeper's settings.",
      retry: "after-user",
      details,
    });
  }
  if (reversals > 0) {
    return new AppError("mass-change", `The server has ${reversals} events in older versions.`, {
      hint: "The newer ones are kept here. The server's are taken over once a backup of them could be made, or when you say so.",
      retry: "after-user",
      details,
    });
  }
  return new AppError(
    "mass-change",
    `${removals} events are missing on the server; they are kept here for now.`,
    {
      hint: "They are removed here once the server confirms it and a backup of them could be made.",
      retry: "after-user",
      details,
    },
  );
}
