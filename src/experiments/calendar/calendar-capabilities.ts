/**
 * One calendar's capabilities: the manifest's with its own laid over them, which are stored as one property of the
 * calendar (Thunderbird keeps only strings, numbers and booleans).
 */
import {
  type Capabilities,
  capabilityProperty,
  isGroup,
  mergeCapabilities,
  minimumRefreshMinutes,
} from "./capabilities.ts";
import { type ItemRights, itemRights } from "./item-rights.ts";
import { plainAddress } from "./schedule-agent.ts";

/** The calendar property that holds a calendar's own answers, as JSON. */
export const OWN_CAPABILITIES = "ownCapabilities";

/** Thunderbird's interval where nobody chose one, in minutes. */
const DEFAULT_REFRESH_MINUTES = 30;

export class CalendarCapabilities {
  readonly #manifest: Capabilities;
  readonly #stored: () => unknown;
  /** Asked for with every property: parsed once. */
  #merged: Capabilities | undefined;

  /** @param stored what is stored under {@link OWN_CAPABILITIES}; `undefined` while that cannot be read yet */
  constructor(manifest: Capabilities, stored: () => unknown) {
    this.#manifest = manifest;
    this.#stored = stored;
  }

  get all(): Capabilities {
    if (this.#merged !== undefined) return this.#merged;
    const stored = this.#stored();
    const merged = mergeCapabilities(this.#manifest, parse(stored));
    if (stored !== undefined) this.#merged = merged;
    return merged;
  }

  /** What is stored has changed. */
  forget(): void {
    this.#merged = undefined;
  }

  /** @returns what is to be stored when these are laid over the calendar's own */
  with(more: Capabilities): string {
    return JSON.stringify(mergeCapabilities(parse(this.#stored()), more));
  }

  get isMutable(): boolean {
    return this.all.mutable !== false;
  }

  get rights(): ItemRights {
    return itemRights(this.all);
  }

  /** False: the calendar takes no part in invitations. */
  get isScheduling(): boolean {
    return this.all.scheduling !== "none";
  }

  /** True: the service sends invitations and answers by itself, unless an item says that it shall not. */
  get serverSchedules(): boolean {
    return this.all.scheduling === "server";
  }

  /** True: new invitations are to say that Thunderbird sends them (SCHEDULE-AGENT=CLIENT, RFC 6638 §7.1). */
  get marksInvitations(): boolean {
    return this.serverSchedules && this.all.scheduleAgent === "client";
  }

  /** The user's addresses at the service, without `mailto:`, in small letters. */
  get addresses(): readonly string[] {
    const { addresses } = this.all;
    if (!Array.isArray(addresses)) return [];
    return addresses.filter((each) => typeof each === "string").map(plainAddress);
  }

  /** @param text of an item @returns true: dismissing and snoozing its reminders is an edit that is sent */
  sendsAcknowledgements(text: string): boolean {
    const { alarms } = this.all;
    const { acknowledgements: mode } = isGroup(alarms)
      ? (alarms as { readonly acknowledgements?: unknown })
      : {};
    return mode === "all" || (mode === "own" && !HAS_PEOPLE.test(text));
  }

  /** @returns the answer to a calendar property; `undefined`: nothing is said about it */
  property(name: string): unknown {
    return capabilityProperty(this.all, name);
  }

  /** The user's interval in minutes, as far as the service allows it. 0 is "by hand". */
  refreshInterval(chosen: unknown): unknown {
    const minimum = minimumRefreshMinutes(this.all);
    if (minimum === 0) return chosen;
    const minutes = chosen === null ? DEFAULT_REFRESH_MINUTES : Number(chosen);
    return minutes > 0 && minutes < minimum ? String(minimum) : chosen;
  }
}

/** Also in a line that is not folded well: better one too many. */
const HAS_PEOPLE = /^(?:ATTENDEE|ORGANIZER)[;:]/im;

function parse(stored: unknown): Capabilities {
  if (typeof stored !== "string") return {};
  try {
    return JSON.parse(stored) as Capabilities;
  } catch {
    return {};
  }
}
