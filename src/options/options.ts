/** Entry of the options page: builds the sections, shows the one the address names. */
import browser from "webextension-polyfill";
import { sentencesOf } from "../shared/sentences.ts";
import { BackgroundClient, type MessagePort } from "./background-client.ts";
import { AccountsSection } from "./components/accounts-section.ts";
import { BackupsSection } from "./components/backups-section.ts";
import { HelpSection } from "./components/help-section.ts";
import { SnapshotsSection } from "./components/snapshots-section.ts";
import { Localizer } from "./localizer.ts";
import { showSectionsByAddress } from "./navigation.ts";
import type { Page } from "./page.ts";

const words = new Localizer(browser.i18n);
words.localize(document);

const byId = (id: string): HTMLElement => {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page has no #${id}`);
  return node;
};

const announcements = byId("announcements");
const page: Page = {
  client: new BackgroundClient(
    browser.runtime as unknown as MessagePort,
    sentencesOf(browser.i18n.getUILanguage()),
  ),
  words,
  now: Date.now,
  announce: (text) => {
    announcements.textContent = text;
  },
};

const sections = new Map<string, { refresh(): Promise<void> }>([
  ["accounts", new AccountsSection(byId("accounts-root"), page)],
  ["backups", new BackupsSection(byId("backups-root"), page)],
  ["snapshots", new SnapshotsSection(byId("snapshots-root"), page)],
  ["help", new HelpSection(byId("help-root"), page)],
]);
// What a section shows may have changed behind the page's back, e.g. a disk that was taken off.
showSectionsByAddress(document, window, (name) => sections.get(name)?.refresh());

// The history is looked at beside the settings, not instead of them.
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-own-tab]"))
  link.addEventListener("click", (event) => {
    event.preventDefault();
    void browser.tabs.create({ url: link.href });
  });
