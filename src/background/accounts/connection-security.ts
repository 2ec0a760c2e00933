/** Whether what is sent to a URL can be read on the way. Pure. */
import { schemeSafety } from "../transport/scheme-guard.ts";

/** True for plain http beyond this computer. A text that is no URL is not insecure, only useless. */
export function isInsecureUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:/i.test(url) && schemeSafety(url) === "insecure";
}
