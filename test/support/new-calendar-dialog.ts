/** Thunderbird's dialog for new calendars, as a person uses it. */
import type { Thunderbird } from "./thunderbird.ts";

const PRELUDE = `
  const find = () => [...Services.wm.getEnumerator(null)].find(
    (one) => one.location.href === "chrome://calendar/content/calendar-creation.xhtml");
  const until = async (condition) => {
    const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
    for (;;) {
      const value = condition();
      if (value) return value;
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const dialog = find();
  const document = dialog?.document;
  const element = (id) => document.getElementById(id);
  const button = (name) => element("calendar-creation-dialog").getButton(name);
`;

const SEARCH = `
  const [username, location] = arguments;
  element("calendar-type").value = "network";
  button("accept").click();
  await until(() => !element("panel-network-calendar-settings").hidden);
  element("network-username-input").value = username;
  element("network-location-input").value = location;
  dialog.checkRequired();
  button("accept").click();
`;
const SEARCHED = `
  await until(() => document.querySelector(".network-status-row").getAttribute("status") !== "loading");
`;

export class NewCalendarDialog {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  async open(): Promise<void> {
    await this.#run(
      `const main = Services.wm.getMostRecentWindow("mail:3pane");
       main.openDialog("chrome://calendar/content/calendar-creation.xhtml", "", "chrome,titlebar,resizable", null);
       await until(() => find()?.document.readyState === "complete" &&
         !find().document.getElementById("panel-select-calendar-type").hidden);`,
    );
  }

  isOpen(): Promise<boolean> {
    return this.#run(`return Boolean(dialog);`);
  }

  async close(): Promise<void> {
    await this.#run(`dialog?.close(); await until(() => !find());`);
  }

  /** The network step: user name and location, then "Find Calendars", until that has ended. */
  async search(username: string, location: string): Promise<void> {
    await this.#run(`${SEARCH} ${SEARCHED}`, username, location);
  }

  /** As {@link search}; the password is given when Thunderbird asks for it. @param save false: its tick is taken off */
  async searchWithPassword(
    username: string,
    location: string,
    password: string,
    save = true,
  ): Promise<void> {
    await this.#run(
      `${SEARCH}
       const ask = await until(() => [...Services.wm.getEnumerator(null)].find((one) => one.document.getElementById("password1Textbox")));
       await until(() => ask.document.readyState === "complete");
       ask.document.getElementById("password1Textbox").value = arguments[2];
       const tick = ask.document.getElementById("checkbox");
       if (!arguments[3]) tick.click();
       if (tick.checked !== arguments[3]) throw new Error("the tick is " + tick.checked);
       ask.document.querySelector("dialog").acceptDialog();
       ${SEARCHED}`,
      username,
      location,
      password,
      save,
    );
  }

  status(): Promise<string> {
    return this.#run(
      `return document.querySelector(".network-status-row").getAttribute("status");`,
    );
  }

  /** The calendars found, by the provider of this name where there are several. */
  listed(provider: string): Promise<{ name: string; color: string; offered: boolean }[]> {
    return this.#run(
      `const choices = element("network-selectcalendar-providertype-menulist");
       // Of a single provider the calendars are listed at once.
       if (!element("network-selectcalendar-providertype-box").hidden) {
         const choice = [...choices.menupopup.children].find((each) => each.label === arguments[0]);
         if (!choice) throw new Error("no provider " + arguments[0] + " among " + [...choices.menupopup.children].map((each) => each.label));
         dialog.selectProvider(choice.value);
       }
       return [...element("network-calendar-list").children].map((item) => ({
         name: item.querySelector(".calendar-name").value,
         color: item.querySelector(".calendar-color").style.backgroundColor.startsWith("#")
           ? item.querySelector(".calendar-color").style.backgroundColor
           : dialog.getComputedStyle(item.querySelector(".calendar-color")).backgroundColor,
         offered: !item.querySelector(".calendar-selected").disabled,
       }));`,
      provider,
    );
  }

  kinds(): Promise<string[]> {
    return this.#run(
      `return [...element("calendar-type").children].map((radio) => radio.getAttribute("label"));`,
    );
  }

  async choose(kind: string): Promise<void> {
    await this.#run(
      `const radio = [...element("calendar-type").children].find((each) => each.getAttribute("label") === arguments[0]);
       element("calendar-type").value = radio.value;
       button("accept").click();
       await until(() => element("panel-select-calendar-type").hidden);`,
      kind,
    );
  }

  panel(): Promise<string> {
    return this.#run(
      `return [...element("calendar-creation-dialog").children].find((each) => !each.hidden).id;`,
    );
  }

  button(): Promise<{ label: string; enabled: boolean }> {
    return this.#run(
      `const accept = button("accept");
       return { label: accept.getAttribute("label"), enabled: !accept.disabled && !accept.hasAttribute("disabled") };`,
    );
  }

  async accept(): Promise<void> {
    await this.#run(`button("accept").click();`);
  }

  async back(): Promise<void> {
    await this.#run(`button("extra2").click();`);
  }
}
