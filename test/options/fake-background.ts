/** The background as the page sees it: answers that a test sets by command, a record of what was asked, events. */
import { BackgroundClient } from "../../src/options/background-client.ts";
import { LastShown } from "../../src/options/last-shown.ts";
import { Localizer } from "../../src/options/localizer.ts";
import type { Page } from "../../src/options/page.ts";
import type {
  BackgroundEvent,
  CommandArguments,
  CommandName,
  CommandValue,
} from "../../src/shared/commands.ts";
import { toWire } from "../../src/shared/errors.ts";
import { LocaleMessages } from "../support/locale-messages.ts";

type Answers = {
  [C in CommandName]?: (args: CommandArguments<C>) => CommandValue<C> | Promise<CommandValue<C>>;
};

export const NOW = Date.UTC(2026, 10, 21, 12);

export class FakeBackground {
  answers: Answers = {
    "operations.list": () => [],
    "accounts.list": () => [],
    "calendars.list": () => [],
    "calendars.countItems": () => ({ items: 0 }),
    "sending.status": () => ({ paused: false }),
    "conflicts.list": () => [],
    "guard.list": () => [],
    "leftovers.list": () => ({ calendars: [], targets: [] }),
    "snapshots.list": () => [],
    "stores.list": () => [],
    "stores.size": () => ({ bytes: 0, files: 0 }),
  };
  readonly asked: { command: string; [argument: string]: unknown }[] = [];
  readonly announced: string[] = [];
  readonly page: Page;
  #listener: (event: unknown) => undefined = () => undefined;

  constructor() {
    this.page = {
      client: new BackgroundClient({
        sendMessage: (message) => this.#answer(message as { command: CommandName }),
        onMessage: {
          addListener: (listener) => {
            this.#listener = listener;
          },
        },
      }),
      words: new Localizer(new LocaleMessages()),
      lastShown: new LastShown({}),
      now: () => NOW,
      announce: (text) => this.announced.push(text),
    };
  }

  emit(event: BackgroundEvent): void {
    this.#listener(event);
  }

  /** The arguments of every message with this command. */
  asks(command: CommandName): Record<string, unknown>[] {
    return this.asked
      .filter((message) => message.command === command)
      .map(({ command: _, ...args }) => args);
  }

  async #answer(message: { command: CommandName }): Promise<unknown> {
    this.asked.push({ ...message });
    const { command, ...args } = message;
    const answer = this.answers[command] as ((args: object) => unknown) | undefined;
    if (!answer) throw new Error(`The test has no answer to ${command}`);
    try {
      return { ok: true, value: await answer(args) };
    } catch (error) {
      return { ok: false, error: toWire(error) };
    }
  }
}

export function button(label: string, within: ParentNode = document): HTMLButtonElement {
  const found = [...within.querySelectorAll("button")].find(
    (node) => (node.getAttribute("aria-label") ?? node.textContent) === label,
  );
  if (!found) throw new Error(`There is no button "${label}"`);
  return found;
}

/** The control with this label. */
export function field(label: string): HTMLInputElement {
  const found = [...document.querySelectorAll("label")].find(({ textContent }) =>
    textContent?.includes(label),
  );
  const control = found?.control ?? found?.querySelector("input");
  if (!(control instanceof HTMLInputElement)) throw new Error(`There is no field "${label}"`);
  return control;
}

export function alerts(): string[] {
  return [...document.querySelectorAll("[role=alert]")].map(({ textContent }) => textContent ?? "");
}
