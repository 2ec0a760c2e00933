/**
 * Digest authentication (RFC 7616, RFC 2617): the password itself never goes over the wire. MD5, SHA-256, their
 * session variants, `qop=auth`; a server that offers nothing but `auth-int` is not answered. Pure.
 */
import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Challenge } from "./challenges.ts";

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As the server wrote it; `null`: it named none, which is MD5. */
  readonly algorithm: string | null;
  readonly hash: (text: string) => string;
  readonly session: boolean;
  /** False for servers of before RFC 2617. */
  readonly qop: boolean;
  /** The answer was right, only the nonce too old. */
  readonly stale: boolean;
}

type Hash = (bytes: Uint8Array) => Uint8Array;

/** The strongest first. */
const ALGORITHMS: readonly (readonly [name: string, hash: Hash])[] = [
  ["sha-256", sha256],
  ["md5", md5],
];

/** @returns the strongest that can be answered */
export function chooseDigest(challenges: readonly Challenge[]): DigestChallenge | null {
  for (const [name, hash] of ALGORITHMS) {
    for (const { scheme, parameters } of challenges) {
      const algorithm = parameters.get("algorithm") ?? null;
      const wanted = (algorithm ?? "md5").toLowerCase();
      if (scheme !== "digest" || wanted.replace(/-sess$/, "") !== name) continue;
      const nonce = parameters.get("nonce");
      const qops = parameters
        .get("qop")
        ?.toLowerCase()
        .split(/[\s,]+/);
      if (nonce === undefined || (qops && !qops.includes("auth"))) continue;
      return {
        realm: parameters.get("realm") ?? "",
        nonce,
        opaque: parameters.get("opaque") ?? null,
        algorithm,
        hash: (text) => hex(hash(new TextEncoder().encode(text))),
        session: wanted.endsWith("-sess"),
        qop: qops !== undefined,
        stale: parameters.get("stale")?.toLowerCase() === "true",
      };
    }
  }
  return null;
}

export interface DigestRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** How often this nonce has been used, this time included. */
  readonly count: number;
  readonly cnonce: string;
}

/** The value of the header `Authorization` (RFC 7616 §3.4). Names and passwords are hashed as UTF-8. */
export function digestAuthorization(challenge: DigestChallenge, request: DigestRequest): string {
  const { realm, nonce, opaque, algorithm, hash, session, qop } = challenge;
  const { method, uri, username, password, cnonce } = request;
  const nc = request.count.toString(16).padStart(8, "0");
  const secret = hash(`${username}:${realm}:${password}`);
  const key = session ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const what = hash(`${method}:${uri}`);
  const response = hash(
    qop ? `${key}:${nonce}:${nc}:${cnonce}:auth:${what}` : `${key}:${nonce}:${what}`,
  );
  const parts = [
    // A header holds ASCII only (RFC 8187).
    /^[\x20-\x7e]*$/.test(username)
      ? `username=${quoted(username)}`
      : `username*=UTF-8''${encodeURIComponent(username.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(/['()*]/g, percent)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop ? ["qop=auth", `nc=${nc}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
  ];
  return `Digest ${parts.join(", ")}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

const percent = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
