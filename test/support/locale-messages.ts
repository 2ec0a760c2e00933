/** `i18n.getMessage` over a file of _locales, with its named placeholders. An unknown key throws. */
import { readFileSync } from "node:fs";
import path from "node:path";

export interface Message {
  readonly message: string;
  readonly placeholders?: Readonly<Record<string, { readonly content: string }>>;
}

export function readMessages(language = "en"): Record<string, Message> {
  const file = path.join(import.meta.dirname, `../../_locales/${language}/messages.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, Message>;
}

export class LocaleMessages {
  readonly #messages = readMessages();

  getMessage(key: string, substitutions: string[] = []): string {
    // Told by Thunderbird itself.
    if (key === "@@bidi_dir") return "ltr";
    const found = this.#messages[key];
    if (!found) throw new Error(`_locales has no "${key}"`);
    return found.message.replace(/\$(\w+)\$/g, (_, name: string) => {
      const content = found.placeholders?.[name.toLowerCase()]?.content ?? "";
      return content.replace(/\$(\d)/g, (_all, digit: string) => {
        const value = substitutions[Number(digit) - 1];
        if (value === undefined) throw new Error(`"${key}" was given too few values`);
        return value;
      });
    });
  }

  getUILanguage(): string {
    return "en-US";
  }
}
