/**
 * Starts a real Thunderbird with a throwaway profile and drives it for tests and for `npm start`: privileged
 * scripts, scripts inside the add-on's own pages, add-on installation, screenshots, console. Marionette has no
 * content context in Thunderbird, so pages are reached through frame scripts. Not a page-object layer.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ConsoleMessage, parseOutputLine, toConsoleMessage } from "./console-messages.ts";
import { Marionette } from "./marionette.ts";
import {
  ANSWER_DIALOGS,
  COLLECT_CONSOLE,
  CONTENT_CALL,
  type RawConsoleMessage,
  READ_CONSOLE,
} from "./thunderbird-scripts.ts";

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
  prefs?: Record<string, string | number | boolean>;
  headless?: boolean;
  /** X display for `headless: false`; default: the environment's. */
  display?: string;
  addonId?: string;
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

const PREFS: Record<string, string | number | boolean> = {
  "marionette.port": 0,
  "extensions.experiments.enabled": true,
  "xpinstall.signatures.required": false,
  "extensions.autoDisableScopes": 0,
  "extensions.update.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "app.update.enabled": false,
  "app.update.auto": false,
  "app.normandy.enabled": false,
  "app.donation.eoy.version.viewed": 9999,
  "mail.provider.suppress_dialog_on_startup": true,
  "mail.spotlight.firstRunDone": true,
  "mail.winsearch.firstRunDone": true,
  "mail.rights.version": 1,
  "mail.shell.checkDefaultClient": false,
  "mailnews.start_page.enabled": false,
  "mailnews.start_page_override.mstone": "ignore",
  "mailnews.tags.version": 2,
  "mail.inappnotifications.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "toolkit.telemetry.unified": false,
  "toolkit.telemetry.server": "",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.manage-offline-status": false,
  "offline.autoDetect": false,
  "offline.startup_state": 2,
  "services.settings.server": "data:,",
  "security.OCSP.enabled": 0,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "intl.locale.requested": "en-US",
  "calendar.timezone.local": "Europe/Berlin",
  "calendar.timezone.useSystemTimezone": false,
  "calendar.integration.notify": false,
  "browser.dom.window.dump.enabled": true,
  "devtools.console.stdout.chrome": true,
  "devtools.console.stdout.content": true,
  "toolkit.startup.max_resumed_crashes": -1,
};

/** Thunderbirds of this machine, newest first: the installed one, and the ESR unpacked below `.cache`. */
export async function findThunderbirds(): Promise<{ version: string; binary: string }[]> {
  const root = path.join(import.meta.dirname, "../..");
  const candidates = [
    "/usr/lib/thunderbird/thunderbird",
    "/opt/thunderbird/thunderbird",
    "/Applications/Thunderbird.app/Contents/MacOS/thunderbird",
    path.join(root, ".cache/thunderbird-140/usr/lib/thunderbird/thunderbird"),
  ];
  const chosen = process.env.KEEPER_THUNDERBIRD;
  const found = [];
  for (const binary of chosen ? [chosen] : candidates) {
    if (!existsSync(binary)) continue;
    const ini = await readFile(path.join(path.dirname(binary), "application.ini"), "utf8").catch(
      () => "",
    );
    found.push({ binary, version: /^Version=(.+)$/m.exec(ini)?.[1] ?? "unknown" });
  }
  return found;
}

/** @throws Error when no Thunderbird is found or it does not come up */
export async function launchThunderbird(options: LaunchOptions = {}): Promise<Thunderbird> {
  const binary = options.binary ?? (await findThunderbirds())[0]?.binary;
  if (!binary) throw new Error("No Thunderbird is installed; `npm test` says how to get it");
  const profile = options.profile ?? (await mkdtemp(path.join(tmpdir(), "keeper-profile-")));
  await mkdir(profile, { recursive: true });
  const prefs = { ...PREFS, ...options.prefs };
  await writeFile(
    path.join(profile, "user.js"),
    Object.entries(prefs)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(""),
  );
  const thunderbird = new RunningThunderbird(binary, profile, options);
  try {
    await thunderbird.start();
    if (options.xpi) await thunderbird.install(options.xpi, options.temporary);
    return thunderbird;
  } catch (error) {
    await thunderbird.quit().catch(() => undefined);
    throw error;
  }
}

/** Process groups still running: ended with the test process, whatever ends that. */
const running = new Set<number>();
process.once("exit", () => {
  for (const pid of running) signalGroup(pid, "SIGKILL");
});

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

class RunningThunderbird implements Thunderbird {
  readonly binary: string;
  readonly profile: string;
  version = "";
  readonly #options: LaunchOptions;
  readonly #addonId: string;
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #client: Marionette | null = null;
  #commandPage: Page | null = null;
  #messages: ConsoleMessage[] = [];
  #output = "";

  constructor(binary: string, profile: string, options: LaunchOptions) {
    this.binary = binary;
    this.profile = profile;
    this.#options = options;
    this.#addonId = options.addonId ?? ADDON_ID;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("Thunderbird is not running");
    return pid;
  }

  get ended(): Promise<void> {
    return this.#exited;
  }

  async start(): Promise<void> {
    const portFile = path.join(this.profile, "MarionetteActivePort");
    await rm(portFile, { force: true });
    const headless = this.#options.headless ?? true;
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      MOZ_MARIONETTE: "1",
      MOZ_CRASHREPORTER_DISABLE: "1",
      MOZ_DISABLE_CONTENT_SANDBOX: process.getuid?.() === 0 ? "1" : undefined,
      LANG: "C.UTF-8",
      TZ: "Europe/Berlin",
    };
    if (headless) {
      Object.assign(environment, {
        MOZ_HEADLESS: "1",
        MOZ_HEADLESS_WIDTH: "1280",
        MOZ_HEADLESS_HEIGHT: "860",
      });
    }
    if (this.#options.display) environment.DISPLAY = this.#options.display;
    const child = spawn(
      this.binary,
      ["--no-remote", "--remote-allow-system-access", "--marionette", "--profile", this.profile],
      { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    this.#child = child;
    this.#output = "";
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString("utf8");
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    const pid = child.pid;
    if (pid !== undefined) running.add(pid);
    this.#exited = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("exit", () => {
        // Content processes end by themselves; what hangs is in the same group.
        if (pid !== undefined) {
          signalGroup(pid, "SIGKILL");
          running.delete(pid);
        }
        resolve();
      });
    });
    const port = await this.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`Thunderbird ended at once:\n${this.#output}`);
        return Number(await readFile(portFile, "utf8").catch(() => "")) || null;
      },
      "Thunderbird to open its Marionette port",
      60_000,
    );
    this.#client = await Marionette.connect(port);
    await this.#client.send("Marionette:SetContext", { value: "chrome" });
    await this.chrome(COLLECT_CONSOLE);
    await this.chrome(ANSWER_DIALOGS);
    this.version = await this.chrome<string>("return Services.appinfo.version;");
    await this.waitFor(
      () =>
        this.chrome<boolean>(
          `const window = Services.wm.getMostRecentWindow("mail:3pane");
           return window?.document.readyState === "complete" && Boolean(window.gTabmail ?? window.document.getElementById("tabmail"));`,
        ),
      "the main window",
      60_000,
    );
  }

  async chrome<T>(script: Script<T>, ...args: unknown[]): Promise<T> {
    const client = this.#client;
    if (!client) throw new Error("Thunderbird is not running");
    const answer = (await client.send(
      "WebDriver:ExecuteAsyncScript",
      {
        script: `const __done = arguments[arguments.length - 1];
          const __name = (value) => value;
          const __arguments = Array.prototype.slice.call(arguments, 0, -1);
          (async () => (${source(script)})(...__arguments))().then(
            (value) => __done({ value: value === undefined ? null : JSON.stringify(value) ?? null }),
            (error) => __done({ error: String(error?.message ?? error), stack: String(error?.stack ?? "") }),
          );`,
        args,
        sandbox: "system",
        newSandbox: false,
        scriptTimeout: SCRIPT_TIMEOUT_MS,
      },
      SCRIPT_TIMEOUT_MS + 5000,
    )) as { value: { value: string | null } | { error: string; stack: string } };
    if ("error" in answer.value) throw new Error(`${answer.value.error}\n${answer.value.stack}`);
    return parseResult<T>(answer.value.value);
  }

  async background<T>(script: Script<T>, ...args: unknown[]): Promise<T> {
    return this.#content<T>({ addonId: this.#addonId, view: "background" }, script, args);
  }

  async page(pagePath: string): Promise<Page> {
    const marker = `keeper-page-${Math.random().toString(36).slice(2)}`;
    await this.chrome(
      `const [id, path, marker] = arguments;
       const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
       const extension = ExtensionParent.GlobalManager.getExtension(id);
       if (!extension) throw new Error("The add-on " + id + " is not running");
       const window = Services.wm.getMostRecentWindow("mail:3pane");
       const tab = window.document.getElementById("tabmail").openTab("contentTab", {
         url: extension.baseURI.resolve(path),
         linkHandler: "single-page",
         triggeringPrincipal: extension.principal,
       });
       tab.browser.setAttribute("data-keeper-page", marker);`,
      this.#addonId,
      pagePath,
      marker,
    );
    const target = { addonId: this.#addonId, view: marker };
    await this.waitFor(
      () =>
        this.#content<boolean>(
          target,
          `return document.readyState === "complete" && location.protocol === "moz-extension:";`,
          [],
        ).catch((error: Error) => {
          if (/not open/.test(error.message)) throw error;
          return false;
        }),
      `the page ${pagePath}`,
    );
    return {
      evaluate: <T>(script: Script<T>, ...args: unknown[]) =>
        this.#content<T>(target, script, args),
      close: async () => {
        await this.chrome(
          `const [marker] = arguments;
           const tabmail = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail");
           const tab = tabmail.tabInfo.find((info) => info.browser?.getAttribute("data-keeper-page") === marker);
           if (tab) tabmail.closeTab(tab);`,
          marker,
        );
      },
    };
  }

  async command<T = unknown>(name: string, args: object = {}): Promise<T> {
    const send = async () => {
      this.#commandPage ??= await this.page("options/options.html");
      return this.#commandPage.evaluate<T>(
        `return (globalThis.messenger ?? globalThis.browser).runtime.sendMessage(arguments[0]);`,
        { command: name, ...args },
      );
    };
    try {
      return await send();
    } catch (error) {
      // The tab goes with the add-on when that is disabled, upgraded or removed.
      if (!/not open/.test(String(error))) throw error;
      this.#commandPage = null;
      return send();
    }
  }

  async screenshot(file: string): Promise<void> {
    const answer = (await this.#send("WebDriver:TakeScreenshot", { full: false, hash: false })) as {
      value: string;
    };
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, Buffer.from(answer.value, "base64"));
  }

  async consoleMessages(): Promise<ConsoleMessage[]> {
    if (this.#client) {
      const raw = await this.chrome<RawConsoleMessage[]>(READ_CONSOLE);
      this.#messages.push(...raw.map(toConsoleMessage));
    }
    const output = this.#output.split("\n");
    this.#output = output.pop() ?? "";
    for (const line of output) {
      const message = parseOutputLine(line);
      if (message) this.#messages.push(message);
    }
    return [...this.#messages];
  }

  async consoleErrors(): Promise<ConsoleMessage[]> {
    return (await this.consoleMessages()).filter(({ level, ours }) => ours && level === "error");
  }

  async install(xpi: string, temporary = false): Promise<string> {
    const answer = (await this.#send("Addon:Install", {
      path: path.resolve(xpi),
      temporary,
    })) as { value: string };
    const id = answer.value;
    await this.waitFor(
      () =>
        this.chrome<boolean>(
          `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
           const extension = ExtensionParent.GlobalManager.getExtension(arguments[0]);
           return extension?.backgroundState === "running" || extension?.backgroundState === "stopped";`,
          id,
        ),
      `the add-on ${id} to start`,
    );
    const failure = (await this.consoleMessages()).find(
      ({ text }) =>
        text.includes("Exception running bootstrap method startup") && text.includes(id),
    );
    if (failure) throw new Error(`The add-on did not start: ${failure.text}`);
    return id;
  }

  async upgrade(xpi: string): Promise<string> {
    return this.install(xpi);
  }

  async disable(): Promise<void> {
    await this.#addon("await addon.disable();");
  }

  async enable(): Promise<void> {
    await this.#addon("await addon.enable();");
    await this.waitFor(
      () => this.#addon<boolean>("return addon.isActive;"),
      "the add-on to be enabled",
    );
  }

  async uninstall(): Promise<void> {
    await this.#addon("await addon.uninstall();");
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.start();
  }

  async kill(): Promise<void> {
    await this.consoleMessages();
    signalGroup(this.pid, "SIGKILL");
    await this.#exited;
    this.#disconnect();
  }

  async setOffline(offline: boolean): Promise<void> {
    await this.chrome("Services.io.offline = arguments[0];", offline);
  }

  async suspendBackground(): Promise<void> {
    await this.chrome(
      `const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
       await ExtensionParent.GlobalManager.getExtension(arguments[0]).terminateBackground();`,
      this.#addonId,
    );
  }

  async waitFor<T>(
    condition: () => T | Promise<T>,
    what: string,
    timeoutMs = 30_000,
  ): Promise<NonNullable<T>> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const value = await condition();
      if (value) return value;
      if (Date.now() >= end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
      await delay(100);
    }
  }

  async quit(): Promise<void> {
    await this.#stop();
    if (!this.#options.profile) await rm(this.profile, { recursive: true, force: true });
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (this.#client) {
      await this.consoleMessages().catch(() => undefined);
      await this.#client
        .send("Marionette:Quit", { flags: ["eForceQuit"] }, 20_000)
        .catch(() => undefined);
    } else if (child.pid !== undefined) {
      signalGroup(child.pid, "SIGTERM");
    }
    const patience = setTimeout(() => {
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    }, 30_000);
    await this.#exited;
    clearTimeout(patience);
    this.#disconnect();
  }

  #disconnect(): void {
    this.#client?.close();
    this.#client = null;
    this.#commandPage = null;
    this.#child = null;
  }

  async #send(name: string, parameters: object): Promise<unknown> {
    if (!this.#client) throw new Error("Thunderbird is not running");
    return this.#client.send(name, parameters);
  }

  async #addon<T = void>(body: string): Promise<T> {
    return this.chrome<T>(
      `const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
       const addon = await AddonManager.getAddonByID(arguments[0]);
       if (!addon) throw new Error("The add-on " + arguments[0] + " is not installed");
       ${body}`,
      this.#addonId,
    );
  }

  async #content<T>(
    target: { addonId: string; view: string },
    script: Script<T>,
    args: unknown[],
  ): Promise<T> {
    const answer = await this.chrome<{ value: string | null } | { error: string; stack: string }>(
      CONTENT_CALL,
      target.addonId,
      target.view,
      source(script),
      JSON.stringify(args),
    );
    if ("error" in answer) throw new Error(`${answer.error}\n${answer.stack}`);
    return parseResult<T>(answer.value);
  }
}

const SCRIPT_TIMEOUT_MS = 120_000;

function source(script: Script<unknown>): string {
  return typeof script === "function" ? script.toString() : `async function () { ${script} }`;
}

function parseResult<T>(json: string | null): T {
  return (json === null ? undefined : JSON.parse(json)) as T;
}
