/**
 * The one error type that crosses layers, messages and realms. `instanceof` fails between bundles
 * and is lost in messages, so identity is `code` (see {@link isAppError}).
 * Messages and hints are written for the user: what happened to the data, and what to do next.
 * They never hold a password, a passphrase, a token or event text.
 */

/** Who can make the same operation succeed: time, the user, or nobody. */
export type Retry = "later" | "after-user" | "never";

/** Every code an operation may end with. Codes are part of the command interface: never rename one. */
export type ErrorCode =
  // no usable answer from a server
  | "offline"
  | "network"
  | "tls"
  | "timeout"
  | "too-large"
  | "aborted"
  /** A redirect to a place the user has not agreed to; nothing was sent there. */
  | "moved"
  /** A place that discovery was led to, which the user is asked about first; nothing was sent there. */
  | "host-not-agreed"
  /** Another calendar lies where this one was. */
  | "calendar-replaced"
  // a server's refusal
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "precondition-failed"
  | "server-busy"
  | "sync-token-invalid"
  | "quota-exceeded"
  | "http"
  // a server that breaks the protocol
  | "not-caldav"
  | "protocol"
  | "calendar-data"
  // accounts and their credentials
  | "insecure-location"
  | "bad-location"
  | "credentials-missing"
  | "credentials-locked"
  /** What the provider gave at the last sign-in (OAuth 2) is no longer valid. */
  | "sign-in-needed"
  /** The provider or the person said no. */
  | "sign-in-refused"
  | "account-unknown"
  | "calendar-unknown"
  /** Another account has subscribed the same collection. */
  | "calendar-exists"
  | "pending-changes"
  /** The calendar that is to go holds something that the one in its place does not. */
  | "not-taken-over"
  // the item store
  | "item-store"
  | "item-store-newer"
  | "read-only"
  /** So many changes at once that they wait for the user's word. */
  | "mass-change"
  | "uid-exists"
  | "item-unknown"
  // the Kloset store
  | "store-missing"
  | "store-unknown-version"
  | "store-corrupt"
  | "store-locked"
  | "store-encrypted"
  | "wrong-passphrase"
  | "passphrase-weak"
  | "protection-undecided"
  | "store-not-encrypted"
  | "blob-missing"
  | "snapshot-unknown"
  | "snapshot-pinned"
  | "last-snapshot"
  | "clock-jumped"
  | "not-a-store"
  // the place where bytes lie
  | "place-not-allowed"
  | "place-gone"
  | "place-denied"
  | "place-full"
  | "place-io"
  | "file-exists"
  // commands
  | "bad-argument"
  | "busy"
  /** It cannot be undone by us: the user has to say it twice. */
  | "not-confirmed"
  | "unknown-command"
  | "preview-outdated"
  | "backup-incomplete"
  | "restore-incomplete"
  | "would-notify"
  | "unsupported"
  | "bug";

export interface ErrorInit {
  readonly hint?: string;
  readonly retry?: Retry;
  /** Facts a program may branch on or show: JSON, no secrets, no event text. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The error as plain data: how it crosses `runtime.sendMessage` and the experiments. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export class AppError extends Error {
  override readonly name: string = "AppError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: Retry;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, init: ErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.hint = init.hint ?? "";
    this.retry = init.retry ?? "never";
    this.details = init.details ?? {};
  }
}

/** True for an {@link AppError} of this or another bundle, optionally of one of the given codes. */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  if (!(error instanceof Error) || typeof (error as Partial<AppError>).code !== "string")
    return false;
  if ((error as Partial<AppError>).retry === undefined) return false;
  return codes.length === 0 || codes.includes((error as AppError).code);
}

/** Plain data for a message. An error that is not ours becomes `bug`: its text may hold anything. */
export function toWire(error: unknown): WireError {
  if (isAppError(error)) {
    return { code: error.code, message: error.message, hint: error.hint, details: error.details };
  }
  return {
    code: "bug",
    message: "Something unexpected happened inside CalDAV Keeper. Nothing was deleted.",
    hint: "Try again. If it happens again, please report it with the diagnostics report.",
    details: { kind: error instanceof Error ? error.name : typeof error },
  };
}

/** The reverse of {@link toWire}. */
export function fromWire(wire: WireError): AppError {
  return new AppError(wire.code, wire.message, { hint: wire.hint, details: wire.details });
}
