/** Whether what is sent to a URL can be read on the way: plain http to another computer. Pure. */

const LOOPBACK = /^(?:localhost|(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** True for plain http beyond this computer. A text that is no URL is not insecure, only useless. */
export function isInsecureUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !LOOPBACK.test(hostname);
}
