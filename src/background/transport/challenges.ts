/** What a server asks for in WWW-Authenticate (RFC 9110 §11.6.1): one or more challenges in one header. Pure. */

export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case, values unquoted. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PART =
  /\s*(?:,\s*)*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w!#$%&'*+.^`|~-]+)(?=\s|,|$)(?:\s+[\w\-.~+/]+=*(?=\s*(?:,|$)))?)/y;

/** In the order they are written; empty for an absent header. What cannot be read ends the list. */
export function parseChallenges(header: string | null): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = header ?? "";
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const [, name, quoted, token, scheme] = part;
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    } else if (name !== undefined) {
      const value = quoted === undefined ? (token ?? "") : quoted.replace(/\\(.)/g, "$1");
      const parameters = challenges.at(-1)?.parameters;
      if (!parameters?.has(name.toLowerCase())) parameters?.set(name.toLowerCase(), value);
    }
  }
  return challenges;
}
