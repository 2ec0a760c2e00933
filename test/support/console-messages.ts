/**
 * Thunderbird's console as tests see it: messages of the console service and lines that pages wrote to the
 * process's output, brought to one form, with the question "is it ours?" answered.
 */
import type { RawConsoleMessage } from "./thunderbird-scripts.ts";

export interface ConsoleMessage {
  readonly level: "error" | "warning" | "info";
  readonly text: string;
  /** Address of the script, or empty. */
  readonly source: string;
  readonly line: number;
  readonly category: string;
  /** True where the add-on, its experiments or its pages are mentioned. */
  readonly ours: boolean;
}

const OURS =
  /moz-extension:|caldav-keeper|CalDAV Keeper|calendar[_ ]provider|experiments\/(?:calendar|platform|timezones)|__bundled_/i;

/** The message with its level; Thunderbird's own messages about other things are not ours. */
export function toConsoleMessage(raw: RawConsoleMessage): ConsoleMessage {
  const { text, source, line, category } = raw;
  // The add-on manager logs an add-on that fails to start as a plain text.
  const level = /Exception running bootstrap method|\tERROR\t/.test(text) ? "error" : raw.level;
  return { level, text, source, line, category, ours: OURS.test(`${text} ${source} ${raw.stack}`) };
}

/**
 * A line of the process's output as a message, or `null` for other output. What pages write with `console.error(…)`
 * appears only there, without its source; in a test profile no other pages than the add-on's are open.
 */
export function parseOutputLine(line: string): ConsoleMessage | null {
  const written = /^console\.(error|warn|info|log|debug): (.*)$/.exec(line);
  if (!written) return null;
  const [, kind, text = ""] = written;
  const level = kind === "error" ? "error" : kind === "warn" ? "warning" : "info";
  return { level, text, source: "a page of the add-on", line: 0, category: "console", ours: true };
}
