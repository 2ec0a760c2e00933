/**
 * Pictures of the add-on's pages as different people have them: window sizes from 800 pixels to 4K, forced colours, larger
 * and smaller text, other densities; and the steps of the first run. Into dist/screenshots, to be looked at.
 */
import path from "node:path";
import type { FirstRunStep } from "../src/shared/commands.ts";
import type { Page, Thunderbird } from "../test/support/thunderbird.ts";
import { root } from "./child-process.ts";
import { showPlace } from "./screenshot-states.ts";

const LOOKS = path.join(root, "dist/screenshots");

interface Look {
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly prefs?: Readonly<Record<string, number | boolean>>;
}

/** Beside the window that every other picture is taken of, which is 1280 pixels wide. */
const OTHER_LOOKS: readonly Look[] = [
  { name: "800px", width: 800, height: 700 },
  { name: "4k", width: 3840, height: 2160 },
  {
    name: "forced-colours",
    prefs: { "browser.display.document_color_use": 2, "ui.useAccessibilityTheme": 1 },
  },
  { name: "large-text-compact", prefs: { "mail.uifontsize": 22, "mail.uidensity": 0 } },
  { name: "small-text-relaxed", prefs: { "mail.uifontsize": 11, "mail.uidensity": 2 } },
];

const PAGES: readonly {
  readonly name: string;
  readonly address: string;
  readonly ready: string;
}[] = [
  {
    name: "accounts",
    address: "options/options.html?look#accounts",
    ready: `document.querySelectorAll(".calendar").length > 0`,
  },
  {
    name: "backups",
    address: "options/options.html?look#backups",
    ready: `/Last backup|Letzte Sicherung/.test(document.getElementById("backups-section").innerText) &&
      document.querySelectorAll("#backups-section .path").length > 0`,
  },
  {
    name: "history",
    address: "options/history.html?look",
    ready: `document.querySelectorAll(".row").length > 0 && !document.querySelector("[aria-busy=true]")`,
  },
];

const STEPS: readonly FirstRunStep[] = ["account", "place", "takeover", "first-backup", "done"];

/** Every page in every look. */
export async function takeLooks(
  thunderbird: Thunderbird,
  theme: string,
  folder: string,
): Promise<void> {
  for (const look of OTHER_LOOKS) {
    await resize(thunderbird, look.width ?? 1280, look.height ?? 860);
    await setPrefs(thunderbird, look.prefs ?? {});
    await takePages(thunderbird, `${look.name}-${theme}`, folder);
    await clearPrefs(thunderbird, look.prefs ?? {});
  }
  await resize(thunderbird, 1280, 860);
}

/** Every page and every step of the first run as they are. */
export async function takePages(
  thunderbird: Thunderbird,
  suffix: string,
  folder: string,
): Promise<void> {
  for (const { name, address, ready } of PAGES) {
    const page = await thunderbird.page(address);
    await thunderbird.waitFor(() => page.evaluate<boolean>(`return ${ready};`), name);
    await takeOne(thunderbird, page, `${name}-${suffix}`, folder);
    await page.close();
  }
}

export async function takeWelcome(
  thunderbird: Thunderbird,
  suffix: string,
  folder: string,
): Promise<void> {
  for (const step of STEPS) {
    await thunderbird.command("firstRun.update", { step });
    const page = await thunderbird.page(`options/welcome.html?${step}`);
    await thunderbird.waitFor(
      () =>
        page.evaluate<boolean>(
          `return document.querySelector("main h1")?.textContent.length > 0 && document.querySelectorAll("main .lead, main .card, main p").length > 0;`,
        ),
      `the step ${step}`,
    );
    await takeOne(thunderbird, page, `welcome-${step}-${suffix}`, folder);
    await page.close();
  }
}

async function takeOne(
  thunderbird: Thunderbird,
  page: Page,
  name: string,
  folder: string,
): Promise<void> {
  await showPlace(page, folder);
  const file = path.join(LOOKS, `${name}.png`);
  await thunderbird.screenshot(file);
  const overflow = await page.evaluate<number>(
    `return document.documentElement.scrollWidth - document.documentElement.clientWidth;`,
  );
  console.log(path.relative(root, file), overflow > 0 ? `: ${overflow} px too wide` : "");
}

async function resize(thunderbird: Thunderbird, width: number, height: number): Promise<void> {
  await thunderbird.chrome(
    `const [width, height] = arguments;
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     window.resizeTo(width, height);`,
    width,
    height,
  );
  await thunderbird.waitFor(
    () =>
      thunderbird.chrome<boolean>(
        `return Math.abs(Services.wm.getMostRecentWindow("mail:3pane").outerWidth - arguments[0]) < 8;`,
        width,
      ),
    `a window of ${width} pixels`,
  );
}

function setPrefs(thunderbird: Thunderbird, prefs: NonNullable<Look["prefs"]>): Promise<void> {
  return thunderbird.chrome(
    `for (const [name, value] of Object.entries(arguments[0]))
       typeof value === "boolean" ? Services.prefs.setBoolPref(name, value) : Services.prefs.setIntPref(name, value);`,
    prefs,
  );
}

function clearPrefs(thunderbird: Thunderbird, prefs: NonNullable<Look["prefs"]>): Promise<void> {
  return thunderbird.chrome(
    `for (const name of Object.keys(arguments[0])) Services.prefs.clearUserPref(name);`,
    prefs,
  );
}

/** As with a language pack: Thunderbird's own texts stay English. */
export async function speakGerman(thunderbird: Thunderbird): Promise<void> {
  await thunderbird.chrome(
    `Services.locale.availableLocales = ["de", "en-US"];
     Services.locale.requestedLocales = ["de"];`,
  );
  await thunderbird.disable();
  await thunderbird.enable();
}
