/** Entry of the options page: builds the sections, shows the one the address names. */
import browser from "webextension-polyfill";
import { AccountsSection } from "./components/accounts-section.ts";
import { BackupsSection } from "./components/backups-section.ts";
import { HelpSection } from "./components/help-section.ts";
import { LeaveCard } from "./components/leave-card.ts";
import { SnapshotsSection } from "./components/snapshots-section.ts";
import { showSectionsByAddress } from "./navigation.ts";
import { openPage } from "./open-page.ts";

const { page, byId } = openPage();

byId("leave-root").append(new LeaveCard(page).node);
const sections = new Map<string, { refresh(): Promise<void>; readonly shown?: Promise<void> }>([
  ["accounts", new AccountsSection(byId("accounts-root"), page)],
  ["backups", new BackupsSection(byId("backups-root"), page)],
  ["snapshots", new SnapshotsSection(byId("snapshots-root"), page)],
  ["help", new HelpSection(byId("help-root"), page)],
]);
// What a section shows may have changed behind the page's back, e.g. a disk that was taken off.
showSectionsByAddress(document, window, (name) => {
  const section = sections.get(name);
  const read = Promise.resolve(section?.refresh());
  return { shown: section?.shown ?? read, read };
});

// The history is looked at beside the settings, not instead of them.
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-own-tab]");
  if (!link) return;
  event.preventDefault();
  void browser.tabs.create({ url: link.href });
});
