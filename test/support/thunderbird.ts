/**
 * A real Thunderbird with a throwaway profile, driven for tests and for `npm start`: privileged scripts, scripts
 * inside the add-on's own pages, add-on installation, screenshots, console. Not a page-object layer.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ConsoleMessage } from "./console-messages.ts";
import { RunningThunderbird } from "./running-thunderbird.ts";
import {
  findThunderbirds,
  LIGHT_TITLE_BAR,
  type Prefs,
  writeProfile,
} from "./thunderbird-profile.ts";

export { findThunderbirds, LIGHT_TITLE_BAR };

export const ADDON_ID = "caldav-keeper@caldav-keeper.github.io";

/** A function (sent as its source: it sees none of the test's variables), or the body of an async function. */
export type Script<T> = string | ((...args: never[]) => T | Promise<T>);

export interface LaunchOptions {
  /** Default: `KEEPER_THUNDERBIRD`, else the first of {@link findThunderbirds}. */
  binary?: string;
  /** Used and kept; default: a fresh one, removed by `quit`. */
  profile?: string;
  xpi?: string;
  /** The XPI is installed until Thunderbird ends, as from about:debugging. */
  temporary?: boolean;
  prefs?: Prefs;
  headless?: boolean;
  /** X display for `headless: false`; default: the environment's. */
  display?: string;
  addonId?: string;
  /** How long a start may take until Thunderbird has time for a session (it waits until it is idle); default: 60,000 ms. */
  sessionTimeoutMs?: number;
  /** How long one script, and with it one command, may take; default: 100,000 ms. */
  scriptTimeoutMs?: number;
}

/** An extension page open in a content tab. */
export interface Page {
  evaluate<T>(script: Script<T>, ...args: unknown[]): Promise<T>;
  close(): Promise<void>;
}

export interface Thunderbird {
  readonly version: string;
  readonly binary: string;
  readonly profile: string;
  readonly pid: number;
  /** Runs in the main window's process with system privilege. Arguments and result are JSON. */
  chrome<T>(script: Script<T>, ...args: unknown[]): Promise<T>;
  /** Runs inside the add-on's background page, waking it first. Arguments and result are JSON. */
  background<T>(script: Script<T>, ...args: unknown[]): Promise<T>;
  /** Opens a page of the add-on (path inside the package) in a tab. */
  page(path: string): Promise<Page>;
  /** Sends a command to the background as a page would; `{ ok, value }` or `{ ok: false, error }`. */
  command<T = unknown>(name: string, args?: object): Promise<T>;
  /** The whole main window as PNG. */
  screenshot(path: string): Promise<void>;
  /** Every message since the first start, of the console service and of the pages. */
  consoleMessages(): Promise<ConsoleMessage[]>;
  /** The errors among them that mention the add-on or its files. */
  consoleErrors(): Promise<ConsoleMessage[]>;
  install(xpi: string, temporary?: boolean): Promise<string>;
  /** Installs a newer XPI over the present one. */
  upgrade(xpi: string): Promise<string>;
  disable(): Promise<void>;
  enable(): Promise<void>;
  uninstall(): Promise<void>;
  /** Ends Thunderbird cleanly and starts it again on the same profile. */
  restart(): Promise<void>;
  /** Ends without any shutdown work, as a power cut would. `restart` starts it again. */
  kill(): Promise<void>;
  setOffline(offline: boolean): Promise<void>;
  /** Stops the background page as if it had been idle; the next event wakes it. */
  suspendBackground(): Promise<void>;
  /** Asks until the condition holds. @throws Error naming `what` after `timeoutMs` (default 30 s) */
  waitFor<T>(
    condition: () => T | Promise<T>,
    what: string,
    timeoutMs?: number,
  ): Promise<NonNullable<T>>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  quit(): Promise<void>;
}

/** @throws Error when no Thunderbird is found or it does not come up */
export async function launchThunderbird(options: LaunchOptions = {}): Promise<Thunderbird> {
  const binary = options.binary ?? (await findThunderbirds())[0]?.binary;
  if (!binary) throw new Error("No Thunderbird is installed; `npm test` says how to get it");
  const profile = options.profile ?? (await mkdtemp(path.join(tmpdir(), "keeper-profile-")));
  await writeProfile(profile, options.prefs ?? {});
  const thunderbird = new RunningThunderbird(binary, profile, {
    ...options,
    addonId: options.addonId ?? ADDON_ID,
  });
  try {
    await thunderbird.start();
    if (options.xpi) await thunderbird.install(options.xpi, options.temporary);
    return thunderbird;
  } catch (error) {
    await thunderbird.quit().catch(() => undefined);
    throw error;
  }
}
