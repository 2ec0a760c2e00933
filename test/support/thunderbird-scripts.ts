/**
 * The privileged scripts of the harness, run inside Thunderbird: each is the body of an async function, its
 * parameters in `arguments`. Kept as text, since they run in another process with other globals.
 */

export interface RawConsoleMessage {
  readonly level: "error" | "warning" | "info";
  readonly text: string;
  readonly source: string;
  readonly line: number;
  readonly category: string;
  readonly stack: string;
}

/**
 * Keeps every message of the error console from now on, the present ones included (the service itself holds only
 * the last 250), and what privileged scripts write with `console`.
 */
export const COLLECT_CONSOLE = `
  const shared = Cu.getGlobalForObject(Services);
  if (shared.keeperConsole) return;
  const kept = (shared.keeperConsole = []);
  const keep = (message) => {
    try {
      if (message instanceof Ci.nsIScriptError) {
        const warning = Boolean(message.flags & Ci.nsIScriptError.warningFlag);
        const info = Boolean(message.flags & Ci.nsIScriptError.infoFlag);
        kept.push({
          level: info ? "info" : warning ? "warning" : "error",
          text: String(message.errorMessage),
          source: String(message.sourceName ?? ""),
          line: message.lineNumber,
          category: String(message.category ?? ""),
          stack: message.stack ? String(message.stack.source ?? "") : "",
        });
      } else {
        kept.push({ level: "info", text: String(message.message), source: "", line: 0, category: "", stack: "" });
      }
    } catch (error) {
      kept.push({ level: "info", text: "unreadable message: " + error, source: "", line: 0, category: "", stack: "" });
    }
  };
  shared.keeperConsoleListener = { observe: keep, QueryInterface: ChromeUtils.generateQI(["nsIConsoleListener"]) };
  shared.keeperConsoleApi = {
    observe(subject) {
      const { level, filename, lineNumber, arguments: values } = subject.wrappedJSObject;
      kept.push({
        level: level === "error" || level === "assert" ? "error" : level === "warn" ? "warning" : "info",
        text: Array.from(values, (value) => String(value?.message ?? value)).join(" "),
        source: String(filename ?? ""),
        line: lineNumber ?? 0,
        category: "console",
        stack: "",
      });
    },
  };
  Services.obs.addObserver(shared.keeperConsoleApi, "console-api-log-event");
  for (const message of Services.console.getMessageArray()) keep(message);
  Services.console.registerListener(shared.keeperConsoleListener);
`;

/** Takes what {@link COLLECT_CONSOLE} kept since the last time. @returns RawConsoleMessage[] */
export const READ_CONSOLE = `
  return (Cu.getGlobalForObject(Services).keeperConsole ?? []).splice(0);
`;

/**
 * Accepts the modal question Thunderbird asks when a calendar provider is disabled or removed (calendars are
 * kept: nothing is ticked); it would hold the process otherwise.
 */
export const ANSWER_DIALOGS = `
  const shared = Cu.getGlobalForObject(Services);
  if (shared.keeperDialogs) return;
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  shared.keeperDialogs = {
    observe(window, topic) {
      if (topic !== "domwindowopened") return;
      window.addEventListener("load", () => {
        if (!window.location.href.includes("calendar-providerUninstall-dialog")) return;
        setTimeout(() => window.document.querySelector("dialog").acceptDialog(), 50);
      }, { once: true });
    },
  };
  Services.ww.registerNotification(shared.keeperDialogs);
`;

/**
 * Evaluates a function inside a page of the add-on. Arguments: add-on id, view ("background", which is woken,
 * or the marker of a tab), source of a function, JSON of its arguments.
 * @returns `{ value: JSON | null }` or `{ error, stack }`
 */
export const CONTENT_CALL = `
  const [id, view, source, json] = arguments;
  const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
  let browser = null;
  if (view === "background") {
    const extension = ExtensionParent.GlobalManager.getExtension(id);
    if (!extension) throw new Error("The add-on " + id + " is not running");
    await extension.wakeupBackground?.();
    const found = [...extension.views].find((entry) => entry.viewType === "background");
    browser = found?.xulBrowser ?? null;
  } else {
    const tabmail = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail");
    browser = tabmail.tabInfo.find((info) => info.browser?.getAttribute("data-keeper-page") === view)?.browser ?? null;
  }
  if (!browser) throw new Error("The page " + view + " is not open");
  const answer = "keeper:answer:" + Math.random().toString(36).slice(2);
  const frameScript = (answer, source, json) => {
    const reply = (text) => sendAsyncMessage(answer, text);
    try {
      const sandbox = Cu.Sandbox(content, { sandboxPrototype: content.wrappedJSObject, wantXrays: false });
      Cu.exportFunction(reply, sandbox, { defineAs: "__reply" });
      Cu.evalInSandbox(
        "(async () => { const __name = (value) => value; return (" + source + ")(..." + json + "); })().then(" +
          "(value) => __reply(JSON.stringify({ value: value === undefined ? null : JSON.stringify(value) ?? null }))," +
          "(error) => __reply(JSON.stringify({ error: String(error?.message ?? error), stack: String(error?.stack ?? '') })))",
        sandbox,
      );
    } catch (error) {
      reply(JSON.stringify({ error: String(error?.message ?? error), stack: String(error?.stack ?? "") }));
    }
  };
  const code = "(" + frameScript + ")(" + [answer, source, json].map((part) => JSON.stringify(part)).join(",") + ")";
  const manager = browser.messageManager;
  return new Promise((resolve, reject) => {
    const finish = (settle) => {
      manager.removeMessageListener(answer, listener);
      Services.obs.removeObserver(closed, "message-manager-close");
      settle();
    };
    const listener = { receiveMessage: ({ data }) => finish(() => resolve(JSON.parse(data))) };
    const closed = {
      observe(subject) {
        if (subject === manager) finish(() => reject(new Error("The page " + view + " is not open any more")));
      },
    };
    manager.addMessageListener(answer, listener);
    Services.obs.addObserver(closed, "message-manager-close");
    manager.loadFrameScript("data:application/javascript;charset=utf-8," + encodeURIComponent(code), false);
  });
`;
