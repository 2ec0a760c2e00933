/**
 * The implementation of {@link Thunderbird} over Marionette. That has no content context in Thunderbird, so pages
 * are reached through frame scripts; scripts and results cross as JSON.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ConsoleMessage, parseOutputLine, toConsoleMessage } from "./console-messages.ts";
import { Marionette } from "./marionette.ts";
import type { LaunchOptions, Page, Script, Thunderbird } from "./thunderbird.ts";
import { ThunderbirdProcess } from "./thunderbird-process.ts";
import {
  ANSWER_DIALOGS,
  COLLECT_CONSOLE,
  CONTENT_CALL,
  type RawConsoleMessage,
  READ_CONSOLE,
} from "./thunderbird-scripts.ts";

/** Thunderbird's own words for every page that is closed or stopped while something is awaited there. */
const SAID_OF_STOPPED_PAGES = /^Promise (resolved|rejected) after context unloaded/;

type RunningOptions = LaunchOptions & { readonly addonId: string };

export class RunningThunderbird implements Thunderbird {
  readonly binary: string;
  readonly profile: string;
  version = "";
  readonly #options: RunningOptions;
  readonly #addonId: string;
  #process: ThunderbirdProcess | null = null;
  #client: Marionette | null = null;
  #commandPage: Page | null = null;
  #messages: ConsoleMessage[] = [];

  constructor(binary: string, profile: string, options: RunningOptions) {
    this.binary = binary;
    this.profile = profile;
    this.#options = options;
    this.#addonId = options.addonId;
  }

  get pid(): number {
    if (!this.#process) throw new Error("Thunderbird is not running");
    return this.#process.pid;
  }

  get ended(): Promise<void> {
    return this.#process?.ended ?? Promise.resolve();
  }

  get #scriptTimeoutMs(): number {
    return this.#options.scriptTimeoutMs ?? SCRIPT_TIMEOUT_MS;
  }

  async start(): Promise<void> {
    try {
      this.#client = await this.#launch();
    } catch (error) {
      // Seen once in some thousand starts: Thunderbird is up and Marionette gives no session. Said, not hidden.
      console.warn(`Thunderbird is started once more: ${String(error)}`);
      this.#process?.kill();
      await this.ended;
      this.#client = await this.#launch();
    }
    await this.#client.send("Marionette:SetContext", { value: "chrome" });
    await this.#client.send("WebDriver:SetTimeouts", { script: this.#scriptTimeoutMs });
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
      },
      this.#scriptTimeoutMs + 5000,
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
          // While it loads the tab changes its process, and what was asked of the old one gets no answer.
        ).catch(() => false),
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
    for (const line of this.#process?.takeLines() ?? []) {
      const message = parseOutputLine(line);
      if (message) this.#messages.push(message);
    }
    return [...this.#messages];
  }

  async consoleErrors(): Promise<ConsoleMessage[]> {
    return (await this.consoleMessages()).filter(
      ({ level, ours, text }) => ours && level === "error" && !SAID_OF_STOPPED_PAGES.test(text),
    );
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

  async #launch(): Promise<Marionette> {
    this.#process = await ThunderbirdProcess.start(this.binary, this.profile, {
      headless: this.#options.headless ?? true,
      display: this.#options.display,
    });
    return Marionette.connect(await this.#process.marionettePort(), this.#options.sessionTimeoutMs);
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.start();
  }

  async kill(): Promise<void> {
    await this.consoleMessages();
    this.#process?.kill();
    await this.ended;
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
    if (!this.#process) return;
    if (this.#client) {
      await this.consoleMessages().catch(() => undefined);
      await this.#client
        .send("Marionette:Quit", { flags: ["eForceQuit"] }, 20_000)
        .catch(() => undefined);
    } else {
      this.#process.kill();
    }
    await this.#process.endWithin(30_000);
    this.#disconnect();
  }

  #disconnect(): void {
    this.#client?.close();
    this.#client = null;
    this.#commandPage = null;
    this.#process = null;
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

/** Less than a test's own limit, so that the script is named that hangs. */
const SCRIPT_TIMEOUT_MS = 100_000;

function source(script: Script<unknown>): string {
  return typeof script === "function" ? script.toString() : `async function () { ${script} }`;
}

function parseResult<T>(json: string | null): T {
  return (json === null ? undefined : JSON.parse(json)) as T;
}
