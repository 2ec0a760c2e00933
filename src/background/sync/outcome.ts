/**
 * The one table from an error to what it means: for the run (go on, stop, try again when), for the account, and
 * for a single edit. Pure. Texts for people come with the error; this adds none but for an edit's refusal.
 */
import {
  AppError,
  type ErrorCode,
  isAppError,
  toWire,
  type WireError,
} from "../../shared/errors.ts";

export interface Outcome {
  readonly error: WireError;
  /** When a later try is likely to succeed; absent when only the user (or nobody) can help. */
  readonly retryAt?: number;
  /** No calendar of this account can be synchronized before the user did something. */
  readonly stopAccount: boolean;
}

const NO_ANSWER: readonly ErrorCode[] = ["offline", "network", "tls", "timeout", "server-busy"];
const STOPS_ACCOUNT: readonly ErrorCode[] = [
  "unauthorized",
  "credentials-missing",
  "credentials-locked",
  "sign-in-needed",
  "sign-in-refused",
];
const STORE_FAILS: readonly ErrorCode[] = ["item-store", "item-store-newer", "calendar-unknown"];
const RETRIED: readonly ErrorCode[] = [...NO_ANSWER, "aborted", "http", "protocol", "item-store"];

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * How long to wait after `failures` failures in a row: 30 seconds, doubled each time up to an hour, of which a
 * random part up to a half is taken off, so that many add-ons do not come back in the same second.
 * @param random in [0, 1)
 */
export function backOffMs(failures: number, random: number): number {
  const whole = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_WAIT_MS);
  return Math.round(whole * (1 - random / 2));
}

/** What a busy server asked to wait (Retry-After, RFC 9110 §10.2.3), in milliseconds. */
function statedWaitMs(error: unknown): number {
  if (!isAppError(error)) return 0;
  const { retryAfterMs } = error.details;
  return typeof retryAfterMs === "number" && Number.isFinite(retryAfterMs) ? retryAfterMs : 0;
}

/** True for a failure that is likely to be over some time, without anybody doing anything. */
export function isPassing(error: WireError): boolean {
  const { code } = error;
  return code === "http" ? isServerFailure(error) : code !== "tls" && NO_ANSWER.includes(code);
}

/** A server that fails now may do better soon. */
export function isServerFailure({ details: { status } }: WireError): boolean {
  return typeof status === "number" && status >= 500 && status !== 501 && status !== 507;
}

export function outcomeOf(
  error: unknown,
  context: { now: number; failures: number; random: number },
): Outcome {
  const wire = toWire(error);
  const stopAccount = STOPS_ACCOUNT.includes(wire.code);
  if (!RETRIED.includes(wire.code)) return { error: wire, stopAccount };
  const waitMs = Math.max(statedWaitMs(error), backOffMs(context.failures, context.random));
  return { error: wire, stopAccount, retryAt: context.now + waitMs };
}

/** The way to the server leads where nothing may be sent: as good as no server, but time alone does not help. */
const NO_WAY: readonly ErrorCode[] = ["moved", "insecure-location"];

/** True when the server gave no usable answer: whether a write took place is unknown, so the edit stays as it is. */
export function isNoAnswer(error: unknown): boolean {
  return isAppError(error, "aborted", ...NO_ANSWER, ...NO_WAY);
}

/** True when going on with other resources is useless: sign-in, the item store, an abort, an unreachable server. */
export function stopsRun(error: unknown): boolean {
  return isNoAnswer(error) || isAppError(error, ...STOPS_ACCOUNT, ...STORE_FAILS);
}

const REFUSAL_HINT =
  "Your version is kept in Thunderbird and in backups. Change the event, or ask whoever runs the server.";

/** What the user is told of an edit that the server refused. The edit is kept whatever the reason. */
export function refusalOf(error: unknown): WireError {
  if (isAppError(error, "forbidden", "quota-exceeded", "too-large")) {
    return { ...toWire(error), hint: error.hint === "" ? REFUSAL_HINT : error.hint };
  }
  return toWire(error);
}

export const deletedThere = (): AppError =>
  new AppError("conflict", "You changed an event that was deleted on the server.", {
    hint: "Your version is kept. Delete it here to agree, or copy it into a new event to have it on the server again.",
    retry: "after-user",
    details: { conflict: "deleted-there" },
  });

export const uidBlocked = (): AppError =>
  new AppError("conflict", "The server refuses this event because it still holds its identifier.", {
    hint: "Your version is kept. Look into the server's trash bin: restoring or emptying it there helps.",
    retry: "after-user",
    details: { conflict: "uid-taken" },
  });

export const notFoundAfterWriting = (): AppError =>
  new AppError("protocol", "The server accepted the event but does not give it back.", {
    hint: "Your version is kept and will be compared with the server's at the next sync.",
    retry: "later",
  });

export const neverSettles = (): AppError =>
  new AppError("conflict", "This event changes on the server faster than it can be saved.", {
    hint: "Your version is kept and will be sent at the next sync.",
    retry: "later",
  });
