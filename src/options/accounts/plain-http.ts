/** Whether what a person typed would send the password where it can be read. Pure. */

/** A location that says by itself that the connection is not encrypted, other than to this computer. */
export function isPlainHttp(location: string): boolean {
  const text = location.trim().replace(/^caldavs?:\/\/(?=https?:\/\/)/i, "");
  if (!/^http:/i.test(text) || !URL.canParse(text)) return false;
  return !/^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(text).hostname);
}
