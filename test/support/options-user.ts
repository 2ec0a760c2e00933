/** What a person does on the options page: fills fields by their labels, presses buttons, reads. */
import type { Page, Thunderbird } from "./thunderbird.ts";

const FIND = `
  const visible = (node) => node.getClientRects().length > 0;
  const nameOf = (node) => (node.getAttribute("aria-label") ?? node.textContent).trim();
  const button = (label) => {
    const found = [...document.querySelectorAll("button, nav a")].find((node) => visible(node) && nameOf(node) === label);
    if (!found) throw new Error("no button " + label);
    return found;
  };
  const field = (label) => {
    const found = [...document.querySelectorAll("label")].find((node) => visible(node) && node.textContent.trim().startsWith(label));
    const control = found?.control ?? found?.querySelector("input");
    if (!control) throw new Error("no field " + label);
    return control;
  };
`;

export class OptionsUser {
  readonly #page: Page;
  readonly #thunderbird: Thunderbird;

  private constructor(page: Page, thunderbird: Thunderbird) {
    this.#page = page;
    this.#thunderbird = thunderbird;
  }

  /** @param path of another page of the add-on */
  static async open(
    thunderbird: Thunderbird,
    path = "options/options.html?by-hand",
  ): Promise<OptionsUser> {
    // Thunderbird shows an address in one tab only, and commands of the test are sent from the plain one.
    return new OptionsUser(await thunderbird.page(path), thunderbird);
  }

  close(): Promise<void> {
    return this.#page.close();
  }

  /** Waits, as a person does, until the button is there and can be pressed. */
  async press(label: string): Promise<void> {
    await this.#thunderbird.waitFor(
      () =>
        this.#page.evaluate<boolean>(
          `${FIND} let node; try { node = button(arguments[0]); } catch { return false; }
           if (node.disabled) return false;
           node.click();
           return true;`,
          label,
        ),
      `the button ${label}`,
    );
  }

  /** With the mouse, as Thunderbird itself hears of it: its own handling of links asks for that. */
  async click(selector: string): Promise<void> {
    const [url, x, y] = await this.#page.evaluate<[string, number, number]>(
      `const node = document.querySelector(arguments[0]);
       node.scrollIntoView({ block: "center" });
       await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
       const [rect] = node.getClientRects();
       return [location.href, rect.left + rect.width / 2, rect.top + rect.height / 2];`,
      selector,
    );
    await this.#thunderbird.chrome(
      `const [url, x, y] = arguments;
       const window = Services.wm.getMostRecentWindow("mail:3pane");
       const tabmail = window.document.getElementById("tabmail");
       const tab = tabmail.tabInfo.find(({ browser }) => browser?.currentURI?.spec === url);
       tabmail.switchToTab(tab);
       const frame = tab.browser.getBoundingClientRect();
       // 140 has the one, 153 the other.
       const send = (type) => window.windowUtils.sendMouseEvent
         ? window.windowUtils.sendMouseEvent(type, frame.left + x, frame.top + y, 0, 1, 0)
         : window.synthesizeMouseEvent(type, frame.left + x, frame.top + y, { button: 0, clickCount: 1, isDOMEventSynthesized: false }, {});
       for (const type of ["mousedown", "mouseup"]) send(type);
       return null;`,
      url,
      x,
      y,
    );
  }

  fill(label: string, value: string): Promise<void> {
    return this.#page.evaluate(
      `${FIND} const control = field(arguments[0]); control.focus(); control.value = arguments[1];
       control.dispatchEvent(new Event("input", { bubbles: true }));`,
      label,
      value,
    );
  }

  /** Ticks or chooses. */
  choose(label: string): Promise<void> {
    return this.#page.evaluate(`${FIND} field(arguments[0]).click();`, label);
  }

  isTicked(label: string): Promise<boolean> {
    return this.#page.evaluate(`${FIND} return field(arguments[0]).checked;`, label);
  }

  /** Everything that can be seen, as text: without what is repeated for screen readers alone. */
  read(): Promise<string> {
    return this.#page.evaluate(
      `let seen = document.body.innerText;
       for (const { innerText } of document.querySelectorAll("[data-announcements]"))
         seen = seen.replace(innerText.trim(), () => "");
       return seen;`,
    );
  }

  /** What is said as an alert now. */
  alerts(): Promise<string[]> {
    return this.#page.evaluate(
      `return [...document.querySelectorAll("[role=alert]")].filter((node) => node.getClientRects().length > 0).map((node) => node.innerText);`,
    );
  }

  /** Waits until the words can be seen. @returns all that can be seen then */
  async see(words: string | RegExp, timeoutMs?: number): Promise<string> {
    let last = "";
    const matches = (): boolean =>
      typeof words === "string" ? last.includes(words) : words.test(last);
    await this.#thunderbird
      .waitFor(
        async () => {
          last = await this.read();
          return matches();
        },
        `the page to show ${words}`,
        timeoutMs,
      )
      .catch((error: Error) => {
        throw new Error(`${error.message}; it shows:\n${last}`);
      });
    return last;
  }

  /** Waits until the words are said for screen readers, which they are for some seconds. */
  async hear(words: string): Promise<void> {
    await this.#thunderbird.waitFor(
      () =>
        this.#page.evaluate<boolean>(
          `return [...document.querySelectorAll("[data-announcements]")].some(({ textContent }) => textContent.includes(arguments[0]));`,
          words,
        ),
      `the page to say ${words}`,
    );
  }

  evaluate<T>(script: string): Promise<T> {
    return this.#page.evaluate<T>(script);
  }
}
