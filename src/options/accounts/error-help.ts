/** What helps with an account's error, where the page can do it: the user's word, asked for where it is needed. */
import type { WireError } from "../../shared/errors.ts";
import type { Page } from "../page.ts";

export interface ErrorHelp {
  readonly label: string;
  /** @throws AppError of the command */
  run(): Promise<void>;
}

/** `null` where there is nothing to do but to try again. */
export function helpWith(
  { words, client }: Page,
  accountId: string,
  { code, details }: WireError,
  calendarId?: string,
): ErrorHelp | null {
  if (code === "calendar-replaced" && calendarId !== undefined)
    return {
      label: words.text("takeOverReplaced"),
      run: async () => {
        await client.call("calendars.takeOver", { calendarId });
      },
    };
  const { host, movedTo, certificate } = details as Readonly<Record<string, unknown>>;
  if (code === "tls" && typeof host === "string" && certificate !== undefined)
    return {
      label: words.text("lookAtCertificate"),
      run: async () => {
        await client.call("accounts.trustCertificate", { host });
      },
    };
  if (code === "moved" && typeof movedTo === "string" && URL.canParse(movedTo)) {
    const to = new URL(movedTo).host;
    return {
      label: words.text("agreeToHost", to),
      run: async () => {
        await client.call("accounts.agree", { accountId, host: to });
      },
    };
  }
  return null;
}
