/**
 * The accounts' part in Thunderbird's dialog for new calendars: what is found for a user name and a location is
 * listed there; a calendar that the user subscribes there becomes one of an account like any other.
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import { isInsecureUrl } from "../transport/scheme-guard.ts";
import type { Accounts } from "./accounts.ts";
import { URL_MARK } from "./subscriber.ts";

export interface DialogDetectionDependencies {
  readonly accounts: Pick<Accounts, "discover" | "add" | "find">;
  /** Lives in Thunderbird's memory only. */
  readonly memory: Pick<typeof messenger.platform, "rememberKey" | "recallKey">;
  readonly calendarType: string;
}

/** A calendar as the dialog wants it. */
export interface OfferedCalendar {
  readonly name: string;
  readonly url: string;
  readonly color: string | null;
  readonly readOnly: boolean;
}

/** What was found last: the dialog hands over neither user name nor password with a calendar. */
interface Found {
  readonly location: string;
  readonly username: string;
  readonly password?: string;
  readonly savePassword?: boolean;
  readonly urls: readonly string[];
}

/** After it the password of a search is forgotten. Never the id of a calendar: those are UUIDs. */
export const FORGET_SEARCH_ALARM = "forget-search";

const MEMORY_SLOT = "new-calendar-dialog";

/** Under that of the dialog, which waits for every provider. */
const LONGEST_SEARCH_MS = 50_000;

export class DialogDetection {
  readonly #deps: DialogDetectionDependencies;

  constructor(dependencies: DialogDetectionDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Nothing found is an empty list; "AUTH_FAILED" has the dialog ask for a password and search again.
   * @param savePassword the tick beside the password
   */
  async detect(
    username: string | null,
    password: string | null,
    location: string | null,
    savePassword: boolean,
  ): Promise<OfferedCalendar[] | { error: "AUTH_FAILED" }> {
    const where = location || username;
    // On the add-on's own page the person confirms first that the password may be read on the way.
    if (!username || !where || isInsecureUrl(where)) return [];
    const login = { location: where, username, ...(password ? { password } : {}) };
    try {
      const { calendars, insecure } = await this.#deps.accounts.discover(
        login,
        AbortSignal.timeout(LONGEST_SEARCH_MS),
      );
      if (insecure) return [];
      const usable = calendars.filter(
        ({ components }) =>
          components.length === 0 ||
          components.some((name) => name === "VEVENT" || name === "VTODO"),
      );
      const tick = password ? { savePassword } : {};
      const found: Found = { ...login, ...tick, urls: usable.map(({ url }) => url) };
      await this.#deps.memory.rememberKey(MEMORY_SLOT, JSON.stringify(found));
      return usable.map(({ displayName, url, color, readOnly }) => ({
        name: displayName,
        url: url + URL_MARK,
        color,
        readOnly,
      }));
    } catch (error) {
      const wantsPassword =
        isAppError(error, "credentials-missing") || isAppError(error, "unauthorized");
      return wantsPassword ? { error: "AUTH_FAILED" } : [];
    }
  }

  /**
   * A calendar came into Thunderbird's list. One that was found by {@link detect} joins its account, which is made
   * if need be; its password goes to the password manager, or is forgotten when Thunderbird ends.
   * @returns whether it did
   * @throws AppError as `Accounts.add`
   */
  async adopt(calendar: {
    readonly id: string;
    readonly type: string;
    readonly url: string;
  }): Promise<boolean> {
    const { accounts, calendarType } = this.#deps;
    if (calendar.type !== calendarType || !calendar.url.endsWith(URL_MARK)) return false;
    const url = calendar.url.slice(0, -URL_MARK.length);
    const found = await this.#found();
    if (!found?.urls.includes(url)) return false;
    // Also one that an account is just subscribing by itself.
    if (await this.#isOwned(calendar.id)) return false;
    const { urls: _, ...login } = found;
    await accounts.add({ ...login, calendars: [url] }, AbortSignal.timeout(LONGEST_SEARCH_MS));
    return true;
  }

  /** After this a calendar from an old search is not taken for one of it. */
  async forget(): Promise<void> {
    await this.#deps.memory.rememberKey(MEMORY_SLOT, "");
  }

  async #found(): Promise<Found | null> {
    const text = await this.#deps.memory.recallKey(MEMORY_SLOT);
    return text ? (JSON.parse(text) as Found) : null;
  }

  async #isOwned(calendarId: string): Promise<boolean> {
    try {
      await this.#deps.accounts.find(calendarId);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "calendar-unknown") return false;
      throw error;
    }
  }
}
