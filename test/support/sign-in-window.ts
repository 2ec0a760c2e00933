/** The provider's pages in Thunderbird's sign-in window, as a person fills them in. */
import type { CommandArguments, CommandName, CommandReply } from "../../src/shared/commands.ts";
import type { Thunderbird } from "./thunderbird.ts";

const WINDOWS = `
  const windows = () => [...Services.wm.getEnumerator(null)].filter(
    (one) => one.location.href === "chrome://messenger/content/browserRequest.xhtml");
`;

/** In the page: sends the form, or tells what is shown. */
const FILL_IN = `{
  const { document } = content;
  const form = document.readyState === "complete" ? document.querySelector("form") : null;
  const seen = form === null ? "" : form.action;
  if (form !== null) {
    const login = form.querySelector("[name=login]");
    if (login) {
      login.value = NAME;
      form.querySelector("[name=password]").value = "anything";
    }
    form.querySelector("[type=submit]").click();
  }
  sendAsyncMessage("keeper:filled", { seen, askedWho: Boolean(form?.querySelector("[name=login]")) });
}
`;

export class SignInWindowUser {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  openWindows(): Promise<number> {
    return this.#thunderbird.chrome(`${WINDOWS} return windows().length;`);
  }

  async untilOpen(): Promise<void> {
    await this.#thunderbird.waitFor(
      async () => (await this.openWindows()) > 0,
      "the sign-in window to open",
    );
  }

  title(): Promise<string> {
    return this.#thunderbird.chrome(`${WINDOWS} return windows()[0]?.document.title ?? "";`);
  }

  /** Waits for the window, and fills in whatever it shows until it closes. @returns whether it asked for a name */
  async signIn(name: string): Promise<boolean> {
    await this.untilOpen();
    const script = FILL_IN.replace("NAME", JSON.stringify(name));
    return await this.#thunderbird.chrome(
      `${WINDOWS}
       const [script] = arguments;
       const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
       const answered = new Set();
       let askedWho = false;
       while (windows().length > 0) {
         const browser = windows()[0].document.getElementById("requestFrame");
         const url = browser?.currentURI?.spec ?? "";
         if (/^https?:/.test(url) && browser.messageManager && !answered.has(url)) {
           const filled = await new Promise((resolve) => {
             const manager = browser.messageManager;
             manager.addMessageListener("keeper:filled", function listen({ data }) {
               manager.removeMessageListener("keeper:filled", listen);
               resolve(data);
             });
             manager.loadFrameScript("data:application/javascript;charset=utf-8," + encodeURIComponent(script), false);
             setTimeout(() => resolve({ seen: "", askedWho: false }), 2000);
           });
           if (filled.seen !== "") answered.add(url);
           askedWho ||= filled.askedWho;
         }
         await new Promise((next) => setTimeout(next, 50));
       }
       return askedWho;`,
      script,
    );
  }

  /** As by its close button. */
  async close(): Promise<void> {
    await this.untilOpen();
    await this.#thunderbird.chrome(`${WINDOWS} for (const one of windows()) one.close();`);
  }
}

let pagesOpened = 0;

/**
 * Sends a command and does not wait for its reply: Marionette does one thing at a time, and what the command waits
 * for is a person at a window.
 * @returns the reply, once asked for
 */
export async function beginCommand<C extends CommandName>(
  thunderbird: Thunderbird,
  command: C,
  args: CommandArguments<C>,
): Promise<() => Promise<CommandReply<C>>> {
  // An address of its own: Thunderbird shows the same one in the same tab.
  const page = await thunderbird.page(`options/options.html?waits=${++pagesOpened}`);
  await page.evaluate(
    `const [message] = arguments;
     messenger.runtime.sendMessage(message).then((reply) => {
       document.documentElement.dataset.keeperReply = JSON.stringify(reply);
     });`,
    { command, ...args },
  );
  return async () => {
    const reply = await thunderbird.waitFor(
      () => page.evaluate<string>(`return document.documentElement.dataset.keeperReply ?? "";`),
      `the reply to ${command}`,
    );
    return JSON.parse(reply) as CommandReply<C>;
  };
}
