/** What every page begins with: its words, the line to the background, the live region. */
import browser from "webextension-polyfill";
import { sentencesOf } from "../shared/sentences.ts";
import { announcer, sayWhatAppears } from "./announcer.ts";
import { followAppearance } from "./appearance.ts";
import { BackgroundClient, type MessagePort } from "./background-client.ts";
import { keepFocus } from "./keep-focus.ts";
import { LastShown, type ShownAreas } from "./last-shown.ts";
import { Localizer } from "./localizer.ts";
import type { Page } from "./page.ts";

export function openPage(): { page: Page; byId: (id: string) => HTMLElement } {
  const words = new Localizer(browser.i18n);
  words.localize(document);
  const byId = (id: string): HTMLElement => {
    const node = document.getElementById(id);
    if (!node) throw new Error(`The page has no #${id}`);
    return node;
  };
  const client = new BackgroundClient(
    browser.runtime as unknown as MessagePort,
    sentencesOf(browser.i18n.getUILanguage()),
  );
  followAppearance(document, client);
  const announce = announcer(document, Date.now);
  sayWhatAppears(document, announce);
  keepFocus(document);
  const page: Page = {
    client,
    words,
    lastShown: new LastShown(browser.storage as unknown as ShownAreas),
    now: Date.now,
    announce,
  };
  return { page, byId };
}
