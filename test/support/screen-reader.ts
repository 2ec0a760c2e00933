/**
 * What a screen reader is told of the page in front: Thunderbird's own accessibility service, asked in the parent process,
 * which has the tree and the events of the page's process.
 */
import type { Thunderbird } from "./thunderbird.ts";

export interface AccessibleNode {
  /** As Gecko names it: "pushbutton", "heading", "link", … */
  readonly role: string;
  readonly name: string;
  readonly focusable: boolean;
  readonly focused: boolean;
  /** Of a heading. */
  readonly level: number;
}

const PRELUDE = `
  const shared = Cu.getGlobalForObject(Services);
  // Kept, or the service ends.
  const service = (shared.keeperAccessibility ??= Cc["@mozilla.org/accessibilityService;1"].getService(Ci.nsIAccessibilityService));
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const attribute = (accessible, wanted) => {
    try {
      return accessible.attributes.getStringProperty(wanted);
    } catch {
      return "";
    }
  };
`;

/** With the service every step takes longer, and a backup is many of them. */
const PATIENCE_MS = 90_000;

export class ScreenReader {
  readonly #thunderbird: Thunderbird;

  private constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  /** From now on it listens. */
  static async start(thunderbird: Thunderbird): Promise<ScreenReader> {
    await thunderbird.chrome(
      `${PRELUDE}
       shared.keeperSpoken = [];
       shared.keeperListener ??= {
         observe(subject) {
           try {
             const event = subject.QueryInterface(Ci.nsIAccessibleEvent);
             const { accessible, eventType } = event;
             if (eventType === Ci.nsIAccessibleEvent.EVENT_ALERT) {
               shared.keeperSpoken.push({ how: "alert", text: textOf(accessible) });
             } else if (eventType === Ci.nsIAccessibleEvent.EVENT_TEXT_INSERTED) {
               const live = attribute(accessible, "container-live");
               if (live !== "polite" && live !== "assertive") return;
               const change = subject.QueryInterface(Ci.nsIAccessibleTextChangeEvent);
               // Where whole parts were inserted, the character stands for them.
               const text = change.modifiedText.includes("\\ufffc") ? textOf(accessible) : change.modifiedText;
               shared.keeperSpoken.push({ how: live, text });
             } else if (eventType === Ci.nsIAccessibleEvent.EVENT_FOCUS) {
               shared.keeperSpoken.push({ how: "focus", text: accessible.name ?? "" });
             }
           } catch (error) {
             // Gone before it was asked.
           }
         },
       };
       const textOf = (accessible) => {
         if (service.getStringRole(accessible.role) === "text leaf") return accessible.name ?? "";
         let text = "";
         for (let index = 0; index < accessible.childCount; index++) text += textOf(accessible.getChildAt(index)) + " ";
         return text.replace(/ +/g, " ").trim();
       };
       Services.obs.addObserver(shared.keeperListener, "accessible-event");
       return null;`,
    );
    const reader = new ScreenReader(thunderbird);
    await thunderbird.waitFor(
      async () => (await reader.nodes()).some(({ role }) => role === "heading"),
      "the accessible tree",
    );
    return reader;
  }

  /** Everything in the page of the tab in front, in its order. */
  nodes(): Promise<AccessibleNode[]> {
    return this.#thunderbird.chrome(
      `${PRELUDE}
       const { STATE_FOCUSABLE, STATE_FOCUSED, STATE_INVISIBLE } = Ci.nsIAccessibleStates;
       const { browser } = Services.wm.getMostRecentWindow("mail:3pane").document.getElementById("tabmail").currentTabInfo;
       const nodes = [];
       const walk = (accessible) => {
         const [state, extra] = [{}, {}];
         accessible.getState(state, extra);
         if (state.value & STATE_INVISIBLE) return;
         nodes.push({
           role: service.getStringRole(accessible.role),
           name: accessible.name ?? "",
           focusable: Boolean(state.value & STATE_FOCUSABLE),
           focused: Boolean(state.value & STATE_FOCUSED),
           level: Number(attribute(accessible, "level")) || 0,
         });
         for (let index = 0; index < accessible.childCount; index++) walk(accessible.getChildAt(index));
       };
       const frame = service.getAccessibleFor(browser);
       for (let index = 0; index < (frame?.childCount ?? 0); index++) walk(frame.getChildAt(index));
       return nodes;`,
    );
  }

  /** What was said since the last time, alerts and live regions. */
  async spoken(): Promise<string[]> {
    const all = await this.#thunderbird.chrome<{ how: string; text: string }[]>(
      `return Cu.getGlobalForObject(Services).keeperSpoken.splice(0);`,
    );
    return all.filter(({ how }) => how !== "focus").map(({ text }) => text);
  }

  /** Waits until the words are said. @returns all that was said until then */
  async hear(words: string | RegExp): Promise<string[]> {
    const heard: string[] = [];
    const matches = (text: string) =>
      typeof words === "string" ? text.includes(words) : words.test(text);
    await this.#thunderbird
      .waitFor(
        async () => {
          heard.push(...(await this.spoken()));
          return heard.some(matches);
        },
        `somebody who does not see to be told ${words}`,
        PATIENCE_MS,
      )
      .catch((error: Error) => {
        throw new Error(`${error.message}; said was:\n${heard.join("\n")}`);
      });
    return heard;
  }

  /** The name of what has the focus, and its role. */
  async focused(): Promise<{ role: string; name: string } | null> {
    const found = (await this.nodes()).filter(({ focused }) => focused).at(-1);
    return found ? { role: found.role, name: found.name } : null;
  }

  /** What is wrong with the page as it is now: names that lack, roles that do nothing, headings that skip a level. */
  async findings(): Promise<string[]> {
    const nodes = await this.nodes();
    const wrong: string[] = [];
    for (const { role, name, focusable } of nodes) {
      if (focusable && name.trim() === "") wrong.push(`${role} without a name`);
      if (focusable && !ROLES.has(role)) wrong.push(`${role} “${name}” takes the focus`);
    }
    let before = 0;
    for (const { name, level } of nodes.filter(({ role }) => role === "heading")) {
      // A dialog begins with its second level: what is behind it is not there.
      if (level > Math.max(before, 1) + 1)
        wrong.push(`heading “${name}” of level ${level} after ${before}`);
      before = level;
    }
    return wrong;
  }
}

/** Of what may take the focus; a heading or a group only where it is put there. */
const ROLES: ReadonlySet<string> = new Set([
  ...["document", "link", "pushbutton", "toggle button", "checkbutton", "radiobutton", "entry"],
  ...["password text", "combobox", "listbox", "list", "spinbutton", "listbox option", "option"],
  ...["combobox option", "combobox list", "heading", "dialog", "summary", "article", "grouping"],
  ...["region", "date editor", "editcombobox", "text", "outline", "pagetab", "color chooser"],
  ...["search box", "searchbox", "buttondropdown"],
]);
