/**
 * Bodies as multistatus answers carry them, against bodies as GET answers them. XML turns every line end into LF
 * (XML 1.0 §2.11); RFC 5545 §3.1 wants CRLF. Which of them a server really keeps is found out by comparing, and
 * every body whose length does not fit is read by GET. Pure.
 */

/** How the multistatus text becomes what GET answers. "get": it does not, so read by GET. */
export type BodyForm = "crlf" | "lf" | "get";

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

export function restoreLineEnds(text: string, form: "crlf" | "lf"): string {
  const unified = text.replaceAll("\r\n", "\n");
  return form === "lf" ? unified : unified.replaceAll("\n", "\r\n");
}

/** A body from a multiget: its text as the XML parser gave it. */
export interface MultigetText {
  readonly text: string;
  /** The property getcontentlength; `null` without. */
  readonly contentLength: number | null;
}

/** What has been learnt about one collection's server. */
export interface Fidelity {
  readonly form: BodyForm;
  /** True when getcontentlength proved to be the length of what GET answers. */
  readonly lengthsTold: boolean;
}

/** Judges a server by one member read both ways. */
export function compareBytes(
  multiget: MultigetText,
  get: { readonly text: string; readonly sizeBytes: number },
): Fidelity {
  const form = (["crlf", "lf"] as const).find(
    (candidate) => restoreLineEnds(multiget.text, candidate) === get.text,
  );
  return { form: form ?? "get", lengthsTold: multiget.contentLength === get.sizeBytes };
}

/**
 * The text GET would answer; `null` when that cannot be known and GET must be asked: the length does not fit,
 * or characters were replaced on the way.
 */
export function bodyFromMultiget(multiget: MultigetText, fidelity: Fidelity): string | null {
  if (fidelity.form === "get" || multiget.text.includes("\uFFFD")) return null;
  const text = restoreLineEnds(multiget.text, fidelity.form);
  const { contentLength } = multiget;
  if (fidelity.lengthsTold && contentLength !== null && byteLength(text) !== contentLength) {
    return null;
  }
  return text;
}

/**
 * True when one of the components has exactly this UID. A server's text-match may be loose (a substring, any
 * case), so its answer is checked here; unfolded as RFC 5545 §3.1 says.
 */
export function holdsUid(text: string, uid: string): boolean {
  return uidsOf(text).includes(uid);
}

/** The values of the UID properties, in order. */
export function uidsOf(text: string): string[] {
  const unfolded = text.replace(/\r?\n[ \t]/g, "");
  return [...unfolded.matchAll(/^UID(?:;[^:\r\n]*)?:(.*)$/gim)].map((match) =>
    (match[1] ?? "").trim(),
  );
}
