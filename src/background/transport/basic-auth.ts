/** Basic authentication (RFC 7617). Pure. */

/** The value of the header `Authorization`. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${base64(`${username}:${password}`)}`;
}

/** UTF-8 first (RFC 7617 §2.1): `btoa` alone knows only Latin-1. */
function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
