/** Synchronization: runs of it, and what waits for the user's word. */
import type { WireError } from "../errors.ts";

/** A calendar that is no longer in Thunderbird, and what is only on this computer of it. */
export interface LeftCalendar {
  readonly calendarId: string;
  /** Empty where it is not known any more. */
  readonly name: string;
  /** `user@host`; empty where it is not known any more. */
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly removedAt: number;
  readonly items: readonly LeftOver[];
}

export interface LeftOver {
  /** Versions with this text. */
  readonly ids: readonly number[];
  readonly summary: string;
  readonly text: string;
  /** One side of a conflict; else a change that was never sent. */
  readonly undecided: boolean;
  /** Addresses that a server might mail when it gets this. */
  readonly people: readonly string[];
}

/** An edit that is not on the server yet. */
export interface PendingEdit {
  readonly calendarId: string;
  readonly name: string;
  readonly summary: string;
  readonly change: "create" | "update" | "delete";
  /** When it was made, ms since the epoch. */
  readonly since: number;
  /** How often the server refused it. */
  readonly attempts: number;
  /** Why the server refused it last; `null`: it was not tried yet, or nobody answered. */
  readonly error: WireError | null;
  /** When it is tried again by itself, ms since the epoch; `null`: with the next synchronization. */
  readonly nextTry: number | null;
  /** Half of a move that waits for the other half. */
  readonly waiting: boolean;
}

export interface CalendarSyncReport {
  readonly id: string;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  readonly pushed: number;
  readonly quarantined: number;
  readonly requests: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly error?: WireError;
}

export interface GuardedChange {
  readonly calendarId: string;
  /**
   * `removals`: gone on the server, removed here · `reversals`: older on the server than here · `deletions`: deleted
   * here, removed on the server.
   */
  readonly kind: "removals" | "reversals" | "deletions";
  readonly state: "held" | "made";
  /** When it was made, ms since the epoch; `null` while it is held. */
  readonly at: number | null;
  readonly count: number;
  /** What the first of them are called. */
  readonly summaries: readonly string[];
  /** Stands for all that is held and how it is: what a decision about it takes. `null`: made. */
  readonly preview: string | null;
}

/** What was brought back of many changes at once, and what was not. */
export interface Undone {
  /** Items the decision or the undoing changed. */
  readonly changed: number;
  /** Of them: merged with what was changed since. */
  readonly merged: number;
  /** Left as they are. */
  readonly left: readonly LeftItem[];
}

export interface LeftItem {
  readonly name: string;
  readonly summary: string;
  /**
   * `there`: it is as it was, or there again · `changed`: the same was changed since · `deleted`: it was deleted since ·
   * `lost`: the version of before is no longer kept.
   */
  readonly why: "there" | "changed" | "deleted" | "lost";
}

export interface QuarantinedItem {
  readonly calendarId: string;
  readonly name: string;
  readonly reason: string;
  readonly since: number;
  /** What the server gave, as far as it could be fetched. */
  readonly text: string | null;
}

/** Name → arguments and value. */
export interface SyncCommands {
  "sync.run": { args: { calendarId?: string }; value: { calendars: CalendarSyncReport[] } };
  /** Compares store and server; `left`: differences that are still there after a repair, or all without one. */
  "sync.audit": {
    args: { calendarId: string; repair?: boolean };
    value: {
      checked: number;
      differences: {
        name: string;
        kind: "missing-here" | "missing-there" | "differs" | "unknown";
        /** `null` for what is not here. */
        summary: string | null;
      }[];
      left: number;
    };
  };
  /** Sending is paused after the profile was copied or moved, until the user says that it is the one in use. */
  "sending.status": { args: object; value: { paused: boolean } };
  "sending.resume": { args: object; value: { calendars: CalendarSyncReport[] } };
  "conflicts.list": {
    args: object;
    value: {
      id: number;
      calendarId: string;
      name: string;
      summary: string;
      conflict: string;
      properties: string[];
      createdAt: number;
      /** iCalendar text; `null`: deleted on that side. */
      mine: string | null;
      theirs: string | null;
      /** What mine has that theirs has not, a sentence for each difference. */
      words: string[];
    }[];
  };
  /** Many changes at once: those that wait for the user's word, then those that were made, newest first. */
  "guard.list": { args: object; value: GuardedChange[] };
  "guard.decide": {
    args: {
      calendarId: string;
      kind: GuardedChange["kind"];
      decision: "apply" | "keep";
      /** Of the list that the user decides about: refused where it is no longer true. */
      preview: string;
      withoutSnapshot?: boolean;
    };
    value: Undone;
  };
  "guard.undo": {
    args: { calendarId: string; kind: GuardedChange["kind"]; at: number };
    value: Undone;
  };
  /** `sent`: how many of the items that the decision changed have reached the server already. */
  "conflicts.resolve": {
    args: { calendarId: string; id: number; keep: "mine" | "theirs" | "both" };
    value: { changed: number; sent: number };
  };
  "pending.list": { args: { calendarId?: string }; value: PendingEdit[] };
  /** Sends at once, also what waits for its next try. */
  "pending.retry": {
    args: { calendarId: string; name?: string };
    value: { sent: number; left: PendingEdit[] };
  };
  /** Gives an edit up: the item is as the server has it. What was given up is in `superseded.list`. */
  "pending.discard": { args: { calendarId: string; name: string }; value: { discarded: boolean } };
  "superseded.list": {
    args: { calendarId: string; uid?: string; limit?: number };
    value: {
      id: number;
      calendarId: string;
      name: string;
      uid: string | null;
      summary: string;
      reason: string;
      supersededAt: number;
      text: string;
    }[];
  };
  /** What was never sent or never decided of calendars that are gone, and the calendars it could be put into. */
  "leftovers.list": {
    args: object;
    value: { calendars: LeftCalendar[]; targets: { id: string; name: string; mails: boolean }[] };
  };
  /**
   * Puts one of them into another calendar. `copied`: as a new item, since that calendar has another version of it. `mail`: the
   * server may mail the people in it; else it is put so that nobody gets any.
   */
  "leftovers.put": {
    args: { calendarId: string; ids: readonly number[]; targetId: string; mail?: boolean };
    value: { copied: boolean; sent: boolean };
  };
  /** Gives them up: they go into the next snapshot, and are listed no more. */
  "leftovers.discard": {
    args: { calendarId: string; ids: readonly number[] };
    value: { discarded: number };
  };
  "quarantine.list": { args: object; value: QuarantinedItem[] };
  /** Tries at once what could not be fetched. */
  "quarantine.retry": {
    args: { calendarId: string };
    value: { recovered: number; left: QuarantinedItem[] };
  };
  /** Brings a replaced or removed version back; `sent`: whether the server has it already. */
  "superseded.restore": {
    args: { calendarId: string; id: number };
    value: { changed: number; sent: number };
  };
  /** Saves a text as a new .ics file in a picked folder. */
  "items.save": {
    args: { directory: string; title: string; text: string };
    value: { file: string };
  };
}
