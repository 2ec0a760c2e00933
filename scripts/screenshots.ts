/**
 * `npm run screenshots`: the pictures of docs/images, light and dark, from the real Thunderbird without a screen:
 * a made-up month in three calendars on a local server, and the add-on's page. What the page shows in other states, in
 * whole length, goes to dist/screenshots to be looked at. Needs Radicale.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommandArguments, CommandName, CommandReply } from "../src/shared/commands.ts";
import { startRadicale } from "../test/support/radicale.ts";
import {
  LIGHT_TITLE_BAR,
  launchThunderbird,
  type Thunderbird,
} from "../test/support/thunderbird.ts";
import { ThunderbirdUser } from "../test/support/thunderbird-user.ts";
import { root, run } from "./child-process.ts";
import { speakGerman, takeLooks, takePages, takeWelcome } from "./screenshot-looks.ts";
import { bothChange, showPlace, takeStates } from "./screenshot-states.ts";

const OUT = path.join(root, "docs/images");
const LOGIN = { username: "ada", password: "ada" };
const DAY = 86_400_000;

interface Entry {
  readonly title: string;
  /** Days after the Monday of the month's second week. */
  readonly day: number;
  /** Local time as `HHMM`; all day without one. */
  readonly at?: string;
  readonly hours?: number;
  readonly days?: number;
  readonly rule?: string;
}

/** The event that has two versions in the pictures. */
const CHANGED: Entry = { title: "Budget", day: 2, at: "1100", hours: 2 };

const CALENDARS: readonly {
  readonly name: string;
  readonly color: string;
  readonly entries: readonly Entry[];
}[] = [
  {
    name: "Work",
    color: "#1c7ed6",
    entries: [
      { title: "Team meeting", day: -7, at: "0930", rule: "FREQ=WEEKLY;COUNT=6" },
      { title: "Review: Zoë", day: -4, at: "1400", rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=3" },
      { title: "Conference", day: 8, days: 3 },
      CHANGED,
      { title: "Interview", day: 15, at: "1030" },
      { title: "Release", day: 17, days: 1 },
      { title: "Interview", day: -5, at: "1500" },
    ],
  },
  {
    name: "Family",
    color: "#e8590c",
    entries: [
      { title: "Piano lesson", day: -6, at: "1600", rule: "FREQ=WEEKLY;COUNT=5" },
      { title: "Zahnarzt", day: 3, at: "0815" },
      { title: "Oma 80!", day: 5, days: 1 },
      { title: "School trip", day: -4, days: 2 },
      { title: "Parents' evening", day: 14, at: "1900" },
      { title: "Cinema", day: 18, at: "2000" },
    ],
  },
  {
    name: "Choir",
    color: "#2b8a3e",
    entries: [
      { title: "Rehearsal", day: -4, at: "1930", rule: "FREQ=WEEKLY;COUNT=5" },
      { title: "Concert", day: 13, at: "1800", hours: 3 },
    ],
  },
];

function stamp(time: number, clock?: string): string {
  const day = new Date(time).toISOString().slice(0, 10).replaceAll("-", "");
  return clock === undefined ? day : `${day}T${clock}00`;
}

function eventText(entry: Entry, uid: string, secondMonday: number): string {
  const start = secondMonday + entry.day * DAY;
  const time = entry.at
    ? [`DTSTART:${stamp(start, entry.at)}`, `DURATION:PT${entry.hours ?? 1}H`]
    : [
        `DTSTART;VALUE=DATE:${stamp(start)}`,
        `DTEND;VALUE=DATE:${stamp(start + (entry.days ?? 1) * DAY)}`,
      ];
  return [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CalDAV Keeper//screenshots//EN"],
    ...["BEGIN:VEVENT", `UID:${uid}`, "DTSTAMP:20260101T000000Z", ...time],
    ...(entry.rule ? [`RRULE:${entry.rule}`] : []),
    ...[`SUMMARY:${entry.title}`, "END:VEVENT", "END:VCALENDAR", ""],
  ].join("\r\n");
}

/** Midnight of the Monday of this month's second week. */
function secondMonday(today: Date): number {
  const first = Date.UTC(today.getFullYear(), today.getMonth(), 1);
  const toMonday = (8 - new Date(first).getUTCDay()) % 7;
  return first + (toMonday + 7) * DAY;
}

async function command(
  thunderbird: Thunderbird,
  name: CommandName,
  args: CommandArguments<CommandName>,
): Promise<void> {
  const reply = await thunderbird.command<CommandReply<CommandName>>(name, args);
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`);
}

async function picture(thunderbird: Thunderbird, name: string): Promise<void> {
  const file = path.join(OUT, name);
  await thunderbird.screenshot(file);
  console.log(path.relative(root, file));
}

/** The month view by itself, and the section of the add-on's page. */
async function takePictures(
  thunderbird: Thunderbird,
  theme: string,
  folder: string,
): Promise<void> {
  await thunderbird.chrome(
    `const window = Services.wm.getMostRecentWindow("mail:3pane");
     const tabmail = window.document.getElementById("tabmail");
     for (const tab of tabmail.tabInfo.slice(1)) tabmail.closeTab(tab);
     tabmail.openTab("calendar", {});
     if (!window.document.getElementById("bottom-events-box").hidden) window.toggleUnifinder();
     window.document.getElementById("today-pane-panel").collapsed = true;
     window.switchCalendarView("month", true);`,
  );
  await thunderbird.waitFor(
    () =>
      thunderbird.chrome<boolean>(
        `return Services.wm.getMostRecentWindow("mail:3pane").document
           .querySelectorAll("#month-view calendar-month-day-box-item").length > 20;`,
      ),
    "the month view to show events",
  );
  await picture(thunderbird, `calendar-${theme}.png`);
  // What stands in a section only when all of it is there: headings come before what they announce.
  const sections = { accounts: ["Choir"], backups: ["Last backup", "Calendar backups"] };
  for (const [section, wanted] of Object.entries(sections)) {
    const page = await thunderbird.page(`options/options.html#${section}`);
    await thunderbird.waitFor(
      () =>
        page.evaluate<boolean>(
          `const [id, wanted] = arguments;
           const text = document.getElementById(id).innerText;
           return wanted.every((words) => text.includes(words)) && !/Synchronizing|Loading/.test(text);`,
          `${section}-section`,
          wanted,
        ),
      `the section ${section}`,
    );
    await showPlace(page, folder);
    await picture(thunderbird, `${section}-${theme}.png`);
    await page.close();
  }
  await takeHistoryPictures(thunderbird, theme);
}

/** Two versions of a lost event side by side, and a month. */
async function takeHistoryPictures(thunderbird: Thunderbird, theme: string): Promise<void> {
  const page = await thunderbird.page("options/history.html");
  const click = (selector: string, words: string) =>
    thunderbird.waitFor(
      () =>
        page.evaluate<boolean>(
          `const [selector, words] = arguments;
           const found = [...document.querySelectorAll(selector)].find((node) => node.textContent.includes(words));
           found?.click();
           return found !== undefined;`,
          selector,
          words,
        ),
      words,
    );
  const settled = () =>
    thunderbird.waitFor(
      () =>
        page.evaluate<boolean>(
          `return !document.querySelector("[aria-busy=true]") &&
             [...document.querySelectorAll(".moment .changes")].every((node) => node.textContent !== "");`,
        ),
      "the history page to rest",
    );
  await click(".row", CHANGED.title);
  await thunderbird.waitFor(
    () => page.evaluate<boolean>(`return document.querySelector(".comparison") !== null;`),
    "two versions side by side",
  );
  await settled();
  await picture(thunderbird, `history-${theme}.png`);
  await click(".views button", "Month");
  await thunderbird.waitFor(
    () => page.evaluate<boolean>(`return document.querySelectorAll(".occurrence").length > 10;`),
    "the month",
  );
  await settled();
  await picture(thunderbird, `history-month-${theme}.png`);
  await page.close();
}

async function main(): Promise<void> {
  const { code, output } = await run(process.execPath, ["build.mjs"]);
  if (code !== 0) throw new Error(output);
  const folder = await mkdtemp(path.join(tmpdir(), "keeper-screenshots-"));
  const server = await startRadicale(LOGIN);
  try {
    const monday = secondMonday(new Date());
    const urls: string[] = [];
    for (const { name, color, entries } of CALENDARS) {
      const url = await server.createCalendar(name.toLowerCase(), { displayName: name, color });
      urls.push(url);
      for (const [index, entry] of entries.entries()) {
        const uid = `${name.toLowerCase()}-${index}`;
        await server.put(new URL(`${uid}.ics`, url).href, eventText(entry, uid, monday));
      }
    }
    const changed = new URL("work-3.ics", urls[0]).href;
    for (const theme of ["light", "dark"]) {
      const store = path.join(folder, theme, "Calendar backups");
      await mkdir(path.dirname(store), { recursive: true });
      const thunderbird = await launchThunderbird({
        xpi: path.join(root, "dist/caldav-keeper.xpi"),
        headless: true,
        prefs: {
          "extensions.caldav-keeper.places": JSON.stringify([store]),
          "ui.systemUsesDarkTheme": theme === "dark" ? 1 : 0,
          ...(theme === "light" ? LIGHT_TITLE_BAR : {}),
          "intl.date_time.pattern_override.time_short": "HH:mm",
        },
      });
      try {
        await command(thunderbird, "accounts.add", {
          ...LOGIN,
          location: server.url,
          calendars: urls,
        });
        await command(thunderbird, "sync.run", {});
        await command(thunderbird, "backup.configure", {
          directory: store,
          passphrase: "a picture of five words",
          allowWeak: true,
        });
        await new ThunderbirdUser(thunderbird).home();
        await server.put(changed, eventText(CHANGED, "work-3", monday));
        await command(thunderbird, "sync.run", {});
        await command(thunderbird, "backup.run", { label: "" });
        await server.put(
          changed,
          eventText({ ...CHANGED, title: "Budget: second round", at: "1400" }, "work-3", monday),
        );
        await command(thunderbird, "sync.run", {});
        await command(thunderbird, "backup.run", { label: "Before the trip" });
        const shown = path.dirname(store);
        await takePictures(thunderbird, theme, shown);
        await bothChange(thunderbird, server, {
          calendar: "Choir",
          url: new URL("choir-1.ics", urls[2]).href,
          uid: "choir-1",
          title: "Concert",
        });
        await takeStates(thunderbird, theme, shown);
        await takeLooks(thunderbird, theme, shown);
        await takeWelcome(thunderbird, theme, shown);
        await speakGerman(thunderbird);
        await takePages(thunderbird, `german-${theme}`, shown);
        await takeWelcome(thunderbird, `german-${theme}`, shown);
      } finally {
        await thunderbird.quit();
      }
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
process.exit();
