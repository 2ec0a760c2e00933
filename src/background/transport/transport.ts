/**
 * HTTP as the layers above see it: one request, one answer with its whole body as bytes. Wrappers of the same
 * interface add authentication (authentication.ts), redirects (redirects.ts), repetition (retry.ts) and counting
 * (traffic.ts).
 */

export interface HttpRequest {
  /** In capitals: servers compare extension methods literally. */
  readonly method: string;
  /** Absolute `http:` or `https:` URL without user name, password or fragment. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** A body with more bytes ends the request; default: the transport's own limit. */
  readonly maxBytes?: number;
  /** "follow": wherever they lead, for a request that carries nothing; else a redirect ends in "moved". */
  readonly redirects?: "follow";
}

export interface HttpHeaders {
  /** Case-insensitive; `null` when the header is absent. */
  get(name: string): string | null;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Where the answer came from, after redirects: hrefs in the body are relative to it (RFC 4918 §8.3). */
  readonly url: string;
  readonly redirected: boolean;
  readonly bytes: Uint8Array;
}

/** @throws AppError offline, network, timeout, too-large, aborted, moved, insecure-location; any status is an answer */
export interface Transport {
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** Methods that change nothing (RFC 9110 §9.2.1, RFC 4918 §9.1, RFC 3253 §3.6): these may be repeated freely. */
export function isSafeMethod(method: string): boolean {
  return ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"].includes(method);
}
