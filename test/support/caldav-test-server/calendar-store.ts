/**
 * What the test server holds: calendars with their resources as bytes, and a log of changes for sync tokens.
 * Every write gets a new revision; the revision is the ETag, the ctag and the sync token.
 */

export interface StoredResource {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Counts writes of the whole store: never the same for two contents. */
  readonly revision: number;
}

export interface CalendarFacts {
  displayName: string;
  color: string | null;
  description: string;
  components: readonly string[];
}

export class StoredCalendar {
  readonly name: string;
  /** Differs when a calendar of the same name is made anew: its tokens are then worthless. */
  readonly incarnation: number;
  readonly facts: CalendarFacts;
  readonly resources = new Map<string, StoredResource>();
  /** The last change of every name ever used. */
  readonly #changes = new Map<string, { revision: number; removed: boolean }>();
  readonly #nextRevision: () => number;
  revision: number;
  /** UIDs of what was deleted. */
  readonly deletedUids = new Set<string>();
  /** Tokens older than this are expired. */
  oldestToken = 0;

  constructor(name: string, facts: CalendarFacts, nextRevision: () => number) {
    this.name = name;
    this.facts = facts;
    this.#nextRevision = nextRevision;
    this.incarnation = nextRevision();
    this.revision = this.incarnation;
  }

  write(name: string, bytes: Buffer, contentType = "text/calendar; charset=utf-8"): StoredResource {
    this.revision = this.#nextRevision();
    const resource = { bytes, contentType, revision: this.revision };
    this.resources.set(name, resource);
    this.#record(name, false);
    return resource;
  }

  remove(name: string): boolean {
    const uid = uidOf(this.resources.get(name)?.bytes.toString("utf8") ?? "");
    if (!this.resources.delete(name)) return false;
    if (uid !== undefined) this.deletedUids.add(uid);
    this.revision = this.#nextRevision();
    this.#record(name, true);
    return true;
  }

  /** In the order of their revisions. */
  changesAfter(revision: number): { name: string; revision: number; removed: boolean }[] {
    return [...this.#changes]
      .filter(([, change]) => change.revision > revision)
      .map(([name, change]) => ({ name, ...change }));
  }

  /** All tokens given so far are worthless from now on. */
  expireTokens(): void {
    this.revision = this.#nextRevision();
    this.oldestToken = this.revision;
  }

  /** The name that holds a UID, other than `except`. */
  holderOf(uid: string, except: string): string | undefined {
    for (const [name, { bytes }] of this.resources) {
      if (name !== except && uidOf(bytes.toString("utf8")) === uid) return name;
    }
    return undefined;
  }

  #record(name: string, removed: boolean): void {
    this.#changes.delete(name);
    this.#changes.set(name, { revision: this.revision, removed });
  }
}

/** The first UID of a calendar object, unfolded (RFC 5545 §3.1). */
export function uidOf(text: string): string | undefined {
  return /^UID(?:;[^:\r\n]*)?:(.*)$/im.exec(text.replace(/\r?\n[ \t]/g, ""))?.[1]?.trim();
}
