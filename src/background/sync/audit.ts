/**
 * Compares the item store with the server, member by member, and changes nothing: by a plain listing, which owes
 * nothing to the server's log of changes, by ETags, and by bodies where a tag differs or is missing. Edits that wait
 * to be sent are no differences: only server sides are compared.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { forEachBounded } from "./bounded.ts";
import { stopsRun } from "./outcome.ts";
import { knownMembers } from "./plan.ts";
import type { LocalCalendar, RemoteCollection, RemoteMember } from "./ports.ts";
import type { Accompanied } from "./sync-run.ts";

export type AuditKind =
  /** On the server and not here. */
  | "missing-here"
  /** Here, and the server answers 404 or 410. */
  | "missing-there"
  /** Not the same text. */
  | "differs"
  /** Could not be compared: the server does not give it out. */
  | "unknown";

export interface AuditFinding {
  readonly name: ResourceName;
  readonly kind: AuditKind;
}

export interface AuditResult {
  /** Members on either side. */
  readonly checked: number;
  /** By name. */
  readonly findings: readonly AuditFinding[];
}

const SINGLE_REQUESTS = 4;
const NAMED_ROWS = 200;

/** @throws AppError where going on is useless (no answer, sign-in, item store), and of the listing */
export async function audit(
  remote: RemoteCollection,
  local: LocalCalendar,
  { signal, onProgress }: Accompanied,
): Promise<AuditResult> {
  onProgress({ done: 0, total: 0, note: "listing" });
  const listed = new Map((await remote.list(signal)).map((member) => [member.name, member]));
  const known = knownMembers(await local.listResources());
  const findings: AuditFinding[] = [];
  const doubtful: (Pick<RemoteMember, "name"> & { href: RemoteMember["href"] | null })[] = [];
  for (const { name, href, etag } of listed.values()) {
    const row = known.get(name);
    if (row === undefined) findings.push({ name, kind: "missing-here" });
    else if (etag === null || row.metadata?.etag !== etag) doubtful.push({ name, href });
  }
  for (const { name, metadata } of known.values()) {
    // Absence from a listing is no statement.
    if (!listed.has(name)) doubtful.push({ name, href: metadata?.href ?? null });
  }
  let compared = 0;
  for (let start = 0; start < doubtful.length; start += NAMED_ROWS) {
    const some = doubtful.slice(start, start + NAMED_ROWS);
    const rows = await local.getResources(some.map(({ name }) => name));
    const texts = new Map(rows.map(({ name, serverText }) => [name as string, serverText]));
    await forEachBounded(some, SINGLE_REQUESTS, async ({ name, href }) => {
      try {
        const body = await remote.fetchOne({ name, href }, signal);
        if (body === null) findings.push({ name, kind: "missing-there" });
        else if (body.text !== texts.get(name)) findings.push({ name, kind: "differs" });
      } catch (error) {
        if (stopsRun(error)) throw error;
        findings.push({ name, kind: "unknown" });
      }
      onProgress({ done: ++compared, total: doubtful.length, note: "checking" });
    });
  }
  findings.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { checked: new Set([...listed.keys(), ...known.keys()]).size, findings };
}
