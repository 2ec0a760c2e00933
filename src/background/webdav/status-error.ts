/**
 * What a refusal means: status and precondition → {@link AppError}, in words about the user's data. The one
 * table of its kind. Writes have outcomes of their own (caldav/write-result.ts) and come here for the rest. Pure.
 */
import { AppError, type ErrorCode, type Retry } from "../../shared/errors.ts";
import { caldav, clark, dav } from "./names.ts";
import { GENERAL_ADVICE, passwordAdvice } from "./password-advice.ts";
import type { Preconditions } from "./preconditions.ts";

export interface Refusal {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  readonly preconditions: Preconditions;
  /** How long the server asks to wait, in ms; `null` when it does not say. */
  readonly retryAfterMs: number | null;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly message: string;
  readonly hint: string;
}

const KEPT = "Your changes are kept.";

function meaningOf({ status, preconditions, url }: Refusal, host: string): Meaning {
  if (status === 403 && preconditions.empty) return busy(host);
  if (
    preconditions.names.has(clark(dav("quota-not-exceeded"))) ||
    preconditions.names.has(clark(dav("sufficient-disk-space")))
  ) {
    return full(host);
  }
  if (status === 403 && ITEM_REFUSED.some((name) => preconditions.names.has(name)))
    return itemRefused(host);
  switch (status) {
    case 401:
      return {
        code: "unauthorized",
        retry: "after-user",
        message: `${host} did not accept the user name and password.`,
        hint: `${passwordAdvice(url) ?? GENERAL_ADVICE} Your changes are kept.`,
      };
    case 403:
    case 405:
      return {
        code: "forbidden",
        retry: "after-user",
        message: `${host} does not allow this.`,
        hint: `${KEPT} The calendar may be shared with you for reading only.`,
      };
    case 404:
    case 410:
      return {
        code: "not-found",
        retry: "after-user",
        message: `${host} does not know this address any more.`,
        hint: `Nothing was deleted on this computer. The calendar may have been renamed or removed on the server.`,
      };
    case 409:
      return {
        code: "conflict",
        retry: "after-user",
        message: `${host} refused the change because it conflicts with what it has.`,
        hint: `${KEPT} They are tried again after the next sync.`,
      };
    case 412:
      return {
        code: "precondition-failed",
        retry: "later",
        message: `The item changed on ${host} in the meantime.`,
        hint: `${KEPT} Both versions are merged at the next sync.`,
      };
    case 413:
      return {
        code: "too-large",
        retry: "after-user",
        message: `${host} says this item is too large.`,
        hint: `${KEPT} Shorten the description or remove attachments.`,
      };
    case 423:
    case 429:
    case 503:
      return busy(host);
    case 501:
      return {
        code: "unsupported",
        retry: "never",
        message: `${host} does not support this.`,
        hint: KEPT,
      };
    case 507:
      return full(host);
    default:
      return {
        code: "http",
        retry: "later",
        message: `${host} answered with error ${status}.`,
        hint: `${KEPT} CalDAV Keeper tries again by itself. If it stays, the server's administrator can look this number up.`,
      };
  }
}

/** Of PUT (RFC 4791 §5.3.2.1): it is the item that is refused, not the user. */
const ITEM_REFUSED = [
  "supported-calendar-data",
  "valid-calendar-data",
  "valid-calendar-object-resource",
  "supported-calendar-component",
  "min-date-time",
  "max-date-time",
  "max-instances",
  "max-attendees-per-instance",
].map((local) => clark(caldav(local)));

function itemRefused(host: string): Meaning {
  return {
    code: "forbidden",
    retry: "after-user",
    message: `${host} does not accept this item as it is.`,
    hint: `${KEPT} Some servers refuse events that have no end or are over at once, dates that are far away, tasks or journals. Change the item, or move it to another calendar.`,
  };
}

function busy(host: string): Meaning {
  return {
    code: "server-busy",
    retry: "later",
    message: `${host} is busy and asks to wait.`,
    hint: `${KEPT} CalDAV Keeper tries again by itself.`,
  };
}

function full(host: string): Meaning {
  return {
    code: "quota-exceeded",
    retry: "after-user",
    message: `There is no room left on ${host}.`,
    hint: `${KEPT} Free some space there, then sync again.`,
  };
}

/** `details`: status, method, host, preconditions, and `retryAfterMs` where the server named a wait. */
export function statusError(refusal: Refusal): AppError {
  const { host } = new URL(refusal.url);
  const { code, message, ...init } = meaningOf(refusal, host);
  return new AppError(code, message, {
    ...init,
    details: {
      status: refusal.status,
      method: refusal.method,
      host,
      preconditions: [...refusal.preconditions.names],
      ...(refusal.retryAfterMs === null ? {} : { retryAfterMs: refusal.retryAfterMs }),
    },
  });
}
