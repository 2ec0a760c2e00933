/** Links in what people wrote. Only http, https and mailto are links; anything else stays text. Pure. */

export interface TextPart {
  readonly text: string;
  /** Absent: plain text. */
  readonly href?: string;
}

const SAFE = new Set(["http:", "https:", "mailto:"]);

/** Ends before what closes a sentence or a bracket around it. */
const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** The address as it will be opened; `null` for any other scheme, and for what is no address. */
export function safeLink(address: string): string | null {
  if (!/^(?:https?|mailto):/i.test(address.trim()) || !URL.canParse(address)) return null;
  const url = new URL(address);
  return SAFE.has(url.protocol) ? url.href : null;
}

/** The text in parts; joined they are the text again. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const href = safeLink(match[0]);
    if (href === null) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: match[0], href });
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}
