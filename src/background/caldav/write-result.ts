/** What the answer to a PUT or DELETE means for the user's edit. Pure. */
import { brandAs, type Href } from "../../shared/brands.ts";
import type { AppError } from "../../shared/errors.ts";
import type { WriteResult } from "../sync/ports.ts";
import { looksLikeHtml, notCalDav, type WriteAnswer } from "../webdav/dav-client.ts";
import { isWeak, parseETag, parseScheduleTag } from "../webdav/etag.ts";
import { hrefOf, resolveHref, resourceName } from "../webdav/href.ts";
import { caldav, clark } from "../webdav/names.ts";
import { speaksOfUidConflict } from "./quirks.ts";

/** "suspect": a UID conflict perhaps, or a web page instead of an answer; only a look at the server can tell. */
export type WriteReading =
  | { readonly kind: "result"; readonly result: WriteResult }
  | { readonly kind: "suspect"; readonly error: AppError | null }
  | { readonly kind: "error"; readonly error: AppError };

/** RFC 4791 §5.3.2.1, and RFC 6638 §3.2.4.1, which Cyrus names for an event of any kind, throughout the account. */
const UID_CONFLICTS = ["no-uid-conflict", "unique-scheduling-object-resource"].map((name) =>
  clark(caldav(name)),
);

/**
 * @param keepsBytes true when this server is known to keep what it is sent: RFC 4791 §5.3.4 lets a strong ETag
 *   prove it, but servers that re-serialise send one all the same
 */
export function readPutAnswer(
  answer: WriteAnswer,
  context: { readonly href: Href; readonly create: boolean; readonly keepsBytes: boolean },
): WriteReading {
  const { status, preconditions } = answer;
  if (status >= 200 && status < 300) {
    const etag = parseETag(answer.header("etag"));
    const proven =
      context.keepsBytes &&
      etag !== null &&
      !isWeak(etag) &&
      status !== 202 &&
      !answersSomethingElse(answer);
    const href = context.create ? createdHref(answer, context.href) : context.href;
    const done = {
      kind: "done",
      name: resourceName(href),
      href,
      etag: proven ? etag : null,
      scheduleTag: parseScheduleTag(answer.header("schedule-tag")),
      proven,
    } as const;
    return { kind: "result", result: done };
  }
  if (
    UID_CONFLICTS.some((name) => preconditions.names.has(name)) ||
    (context.create && [400, 403, 409].includes(status) && speaksOfUidConflict(answer.excerpt))
  ) {
    const { href } = preconditions;
    return { kind: "result", result: { kind: "uid-conflict", href } };
  }
  if (context.create) {
    // The name is taken, or the UID is: 412 is what some servers answer for both.
    if (status === 412) return { kind: "suspect", error: null };
    if (status === 400 || status === 409) return { kind: "suspect", error: answer.error() };
    return { kind: "error", error: answer.error() };
  }
  if (status === 412) return { kind: "result", result: { kind: "precondition-failed" } };
  if (status === 404 || status === 410) return { kind: "result", result: { kind: "gone" } };
  return { kind: "error", error: answer.error() };
}

export function readDeleteAnswer(answer: WriteAnswer, href: Href): WriteReading {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    if (answersSomethingElse(answer)) return { kind: "suspect", error: notCalDav(answer.url) };
    const facts = { etag: null, scheduleTag: null, proven: true } as const;
    return {
      kind: "result",
      result: { kind: "done", name: resourceName(href), href, ...facts },
    };
  }
  if (status === 404 || status === 410) return { kind: "result", result: { kind: "gone" } };
  if (status === 412) return { kind: "result", result: { kind: "precondition-failed" } };
  return { kind: "error", error: answer.error() };
}

/** A captive portal's page, or the answer of a place that the write was sent on to. */
function answersSomethingElse({ excerpt, redirected }: WriteAnswer): boolean {
  return redirected || looksLikeHtml(excerpt);
}

/** Some servers choose the name themselves and tell it (RFC 9110 §10.2.2). */
function createdHref(answer: WriteAnswer, asked: Href): Href {
  const location = answer.header("location");
  if (location === null || answer.status !== 201) return asked;
  try {
    return hrefOf(resolveHref(brandAs<Href>(location), answer.url).href);
  } catch {
    return asked;
  }
}
