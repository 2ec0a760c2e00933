/**
 * Thunderbird's programs on this machine, and the preferences of a profile for tests: nothing is asked, nothing is
 * fetched by itself, the time zone is fixed, and whatever the pages log reaches the process's output.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

export type Prefs = Readonly<Record<string, string | number | boolean>>;

const PREFS: Prefs = {
  "marionette.port": 0,
  "extensions.experiments.enabled": true,
  "xpinstall.signatures.required": false,
  "extensions.autoDisableScopes": 0,
  "extensions.update.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "app.update.enabled": false,
  "app.update.auto": false,
  "app.normandy.enabled": false,
  "app.donation.eoy.version.viewed": 9999,
  "mail.provider.suppress_dialog_on_startup": true,
  "mail.spotlight.firstRunDone": true,
  "mail.winsearch.firstRunDone": true,
  "mail.rights.version": 1,
  "mail.shell.checkDefaultClient": false,
  "mailnews.start_page.enabled": false,
  "mailnews.start_page_override.mstone": "ignore",
  "mailnews.tags.version": 2,
  "mail.inappnotifications.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "toolkit.telemetry.unified": false,
  "toolkit.telemetry.server": "",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.manage-offline-status": false,
  "offline.autoDetect": false,
  "offline.startup_state": 2,
  "services.settings.server": "data:,",
  "security.OCSP.enabled": 0,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "intl.locale.requested": "en-US",
  "extensions.caldav-keeper.noWelcome": true,
  "calendar.timezone.local": "Europe/Berlin",
  "calendar.timezone.useSystemTimezone": false,
  "calendar.integration.notify": false,
  "browser.dom.window.dump.enabled": true,
  "devtools.console.stdout.chrome": false,
  "devtools.console.stdout.content": true,
  "toolkit.startup.max_resumed_crashes": -1,
};

/** For pictures: without a screen there is no system theme to ask, and the title bar's text is white on white. */
export const LIGHT_TITLE_BAR: Prefs = {
  "ui.-moz-headerbartext": "#15141a",
  "ui.-moz-headerbarinactivetext": "#15141a",
};

/** Makes the directory and its user.js; given preferences win over the usual ones. */
export async function writeProfile(profile: string, prefs: Prefs): Promise<void> {
  await mkdir(profile, { recursive: true });
  const lines = Object.entries({ ...PREFS, ...prefs }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(path.join(profile, "user.js"), lines.join(""));
}

/** Thunderbirds of this machine, newest first: the installed one, and the ESR unpacked below `.cache`. */
export async function findThunderbirds(): Promise<{ version: string; binary: string }[]> {
  const root = path.join(import.meta.dirname, "../..");
  const candidates = [
    "/usr/lib/thunderbird/thunderbird",
    "/opt/thunderbird/thunderbird",
    "/Applications/Thunderbird.app/Contents/MacOS/thunderbird",
    path.join(root, ".cache/thunderbird-140/usr/lib/thunderbird/thunderbird"),
  ];
  const chosen = process.env.KEEPER_THUNDERBIRD;
  const found = [];
  for (const binary of chosen ? [chosen] : candidates) {
    if (!existsSync(binary)) continue;
    const ini = await readFile(path.join(path.dirname(binary), "application.ini"), "utf8").catch(
      () => "",
    );
    found.push({ binary, version: /^Version=(.+)$/m.exec(ini)?.[1] ?? "unknown" });
  }
  return found;
}
