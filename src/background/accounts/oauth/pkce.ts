/** The secrets of one sign-in: state (RFC 6749 §10.12) and the proof key for the code (RFC 7636). */

export interface SignInSecrets {
  readonly state: string;
  /** 43 characters of the unreserved set (RFC 7636 §4.1). */
  readonly verifier: string;
  /** S256 of the verifier (RFC 7636 §4.2). */
  readonly challenge: string;
}

export async function newSignInSecrets(): Promise<SignInSecrets> {
  const verifier = randomText();
  return { state: randomText(), verifier, challenge: await challengeOf(verifier) };
}

export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

/** 256 random bits. */
function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
