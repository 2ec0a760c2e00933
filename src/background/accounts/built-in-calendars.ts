/** Calendars of Thunderbird's own CalDAV for an account of ours, so that it can go on without the add-on. */
import { AppError, fromWire } from "../../shared/errors.ts";
import type { StoredAccount } from "../settings/account-settings.ts";
import { parseChallenges } from "../transport/challenges.ts";
import type { Transport } from "../transport/transport.ts";
import type { Credentials } from "./credentials.ts";

export interface BuiltInDependencies {
  /** Without authentication. */
  readonly transport: Transport;
  readonly credentials: Pick<Credentials, "password">;
  readonly platform: Pick<typeof messenger.platform, "makeBuiltInCalendar" | "findOAuthClient">;
}

export interface WantedBuiltIn {
  readonly url: string;
  readonly name: string;
  readonly color: string | null;
  readonly readOnly: boolean;
}

/**
 * @returns Thunderbird's id of the new calendar
 * @throws AppError "unsupported" where Thunderbird cannot sign in; "credentials-locked"; those of a request
 */
export async function makeBuiltIn(
  { transport, credentials, platform }: BuiltInDependencies,
  account: StoredAccount,
  calendar: WantedBuiltIn,
  signal: AbortSignal,
): Promise<string> {
  // Thunderbird's CalDAV goes by the host: it knows its own providers, and none that a person has registered.
  const { host, hostname } = new URL(calendar.url);
  if (account.oauth && (await platform.findOAuthClient(hostname)) === null) throw noSignIn(host);
  const realm = await realmOf(transport, calendar.url, signal);
  // Without a password of ours, e.g. by OAuth, Thunderbird signs in by itself; one that is not to be saved it asks for.
  const isNotOurs = account.oauth !== undefined || account.savesPassword === false;
  const password = isNotOurs || realm === null ? null : await credentials.password(account);
  const made = await platform.makeBuiltInCalendar({
    ...calendar,
    username: account.username,
    ...(password === null || realm === null ? {} : { password, realm }),
  });
  if ("error" in made) throw fromWire(made.error);
  return made.calendarId;
}

function noSignIn(host: string): AppError {
  return new AppError(
    "unsupported",
    `Thunderbird's own CalDAV does not know how to sign in to ${host}.`,
    {
      hint: "The calendar was left in CalDAV Keeper, with everything in it. To have it without the add-on, subscribe it in Thunderbird with a password for apps, or save it as an .ics file on the history page.",
      retry: "after-user",
    },
  );
}

/** What the server calls its place for passwords (RFC 9110 §11.5): Thunderbird looks them up by it. */
async function realmOf(
  transport: Transport,
  url: string,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await transport.send({
    method: "PROPFIND",
    url,
    headers: { Depth: "0" },
    signal,
  });
  const challenges = parseChallenges(answer.headers.get("www-authenticate"));
  return (
    challenges.find(({ parameters }) => parameters.has("realm"))?.parameters.get("realm") ?? null
  );
}
