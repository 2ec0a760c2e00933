/**
 * `npm start`: the add-on at work, from a fresh clone. A local CalDAV server with sample calendars, Thunderbird with
 * a throwaway profile, the add-on and the account in it. With `--headless` no window opens: it synchronizes, backs
 * up, leaves screenshots and ends. Everything started here is stopped with it.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../src/shared/commands.ts";
import { startCaldavTestServer } from "../test/support/caldav-test-server/server.ts";
import type { DavServer } from "../test/support/dav-server.ts";
import { available, startRadicale } from "../test/support/radicale.ts";
import {
  findThunderbirds,
  LIGHT_TITLE_BAR,
  launchThunderbird,
  type Thunderbird,
} from "../test/support/thunderbird.ts";
import { root, run } from "./child-process.ts";
import { ensureTools } from "./ensure-tools.ts";
import { sampleCalendar } from "./sample-calendar.ts";

const CALENDARS = [
  { name: "work", displayName: "Work", color: "#1c7ed6", items: 160, seed: 1 },
  { name: "family", displayName: "Family", color: "#e8590c", items: 90, seed: 2 },
];
const LOGIN = { username: "demo", password: "demo" };
const XPI = path.join(root, "dist/caldav-keeper.xpi");
/** Outside the throwaway profile, so that it can be looked at with plakar afterwards. */
const STORE = path.join(root, "dist/sample-store");
const SCREENSHOTS = path.join(root, "dist/screenshots");

/** Something that keeps `npm start` from going on, said in words. */
class StartProblem extends Error {}

async function build(): Promise<void> {
  const { code, output } = await run(process.execPath, ["build.mjs"]);
  if (code !== 0) throw new StartProblem(`The add-on could not be built:\n${output}`);
}

async function startServer(): Promise<{ server: DavServer; name: string }> {
  if (available("radicale")) return { server: await startRadicale(LOGIN), name: "Radicale" };
  return { server: await startCaldavTestServer(LOGIN), name: "the project's own test server" };
}

async function fillServer(server: DavServer): Promise<{ urls: string[]; items: number }> {
  const urls: string[] = [];
  let items = 0;
  for (const { name, displayName, color, items: count, seed } of CALENDARS) {
    const url = await server.createCalendar(name, { displayName, color });
    urls.push(url);
    for (const resource of sampleCalendar({ items: count, seed })) {
      await server.put(new URL(encodeURIComponent(resource.name), url).href, resource.text);
      items++;
    }
  }
  return { urls, items };
}

async function command<C extends CommandName>(
  thunderbird: Thunderbird,
  name: C,
  args: CommandArguments<C>,
): Promise<CommandValue<C>> {
  const reply = await thunderbird.command<CommandReply<C>>(name, args);
  if (reply.ok) return reply.value;
  throw new StartProblem(`${name}: ${reply.error.message} ${reply.error.hint}`);
}

async function showCalendar(thunderbird: Thunderbird): Promise<void> {
  await thunderbird.chrome(
    `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     // A profile without a mail account starts with its own calendar switched off.
     for (const calendar of cal.manager.getCalendars()) calendar.setProperty("disabled", false);
     const window = Services.wm.getMostRecentWindow("mail:3pane");
     window.document.getElementById("tabmail").openTab("calendar", {});
     window.switchCalendarView("month", true);`,
  );
}

async function addAccount(
  thunderbird: Thunderbird,
  server: DavServer,
  urls: readonly string[],
): Promise<void> {
  const login = { location: server.url, ...LOGIN };
  const found = await command(thunderbird, "accounts.discover", login);
  console.log(
    `Found ${found.calendars.length} calendars: ${found.calendars.map((calendar) => calendar.displayName).join(", ")}.`,
  );
  await command(thunderbird, "accounts.add", { ...login, calendars: urls });
  const { calendars } = await command(thunderbird, "sync.run", {});
  for (const { error } of calendars) {
    if (error) throw new StartProblem(`${error.message} ${error.hint}`);
  }
}

async function countItems(thunderbird: Thunderbird): Promise<number> {
  return thunderbird.chrome<number>(
    `const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
     let items = 0;
     for (const calendar of cal.manager.getCalendars().filter(({ type }) => type.startsWith("ext-caldav-keeper"))) {
       items += (await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null)).length;
     }
     return items;`,
  );
}

/** What a person would do by hand, once, with a picture of it. */
async function demonstrate(thunderbird: Thunderbird, items: number): Promise<void> {
  const shown = await countItems(thunderbird);
  console.log(`Thunderbird shows ${shown} of the ${items} items on the server.`);
  if (shown !== items) throw new StartProblem("Some items did not arrive.");

  await command(thunderbird, "backup.configure", { directory: STORE, passphrase: null });
  const backup = await command(thunderbird, "backup.run", { label: "npm start" });
  console.log(
    `Backed up ${backup.items} items of ${backup.calendars} calendars in ${backup.durationMs} ms ` +
      `(${backup.bytesWritten} bytes written) as snapshot ${backup.snapshotId.slice(0, 8)}.`,
  );
  for (const { calendar, reason } of backup.incomplete)
    console.log(`Not whole: ${calendar}: ${reason}`);
  const check = await command(thunderbird, "snapshots.check", { full: true });
  if (!check.ok) throw new StartProblem("The snapshot does not pass its check.");
  console.log(`Read the snapshot back: ${check.checked.files} files are whole.`);
  console.log(`Look at it with: plakar at ${path.relative(process.cwd(), STORE)} ls`);

  await showCalendar(thunderbird);
  await thunderbird.waitFor(
    () =>
      thunderbird.chrome<boolean>(
        `return Services.wm.getMostRecentWindow("mail:3pane").document
           .querySelector("#month-view calendar-month-day-box-item") !== null;`,
      ),
    "the month view to show events",
  );
  await picture(thunderbird, "calendar.png");
  const page = await thunderbird.page("options/options.html");
  await thunderbird.waitFor(
    () =>
      page.evaluate<boolean>(
        "const text = document.body.innerText; return text.includes('Work') && !text.includes('Synchronizing');",
      ),
    "the options page to show the account up to date",
  );
  await picture(thunderbird, "options.png");
}

async function picture(thunderbird: Thunderbird, name: string): Promise<void> {
  const file = path.join(SCREENSHOTS, name);
  await thunderbird.screenshot(file);
  console.log(`Screenshot: ${path.relative(process.cwd(), file)}`);
}

async function main(headless: boolean): Promise<void> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (!headless && process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY) {
    throw new StartProblem("There is no screen here. Try: npm start -- --headless");
  }
  for (const { name, present, howTo } of await ensureTools(["Thunderbird", "Radicale"])) {
    if (present) continue;
    if (name === "Thunderbird") throw new StartProblem(`Thunderbird is missing. ${howTo}`);
    console.log(`${name} is missing; the project's own test server is used instead. ${howTo}`);
  }
  const [found] = await findThunderbirds();
  if (!found) throw new StartProblem("Thunderbird is missing.");

  console.log("Building the add-on …");
  await build();
  await mkdir(STORE, { recursive: true });

  const { server, name } = await startServer();
  let thunderbird: Thunderbird | undefined;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
  });
  try {
    const { urls, items } = await fillServer(server);
    console.log(
      `${name} runs at ${server.url} with ${items} sample items in ${urls.length} calendars.`,
    );
    thunderbird = await launchThunderbird({
      binary: found.binary,
      xpi: XPI,
      headless,
      prefs: {
        "extensions.caldav-keeper.places": JSON.stringify([STORE]),
        ...(headless ? LIGHT_TITLE_BAR : {}),
      },
    });
    const running = thunderbird;
    console.log(`Thunderbird ${running.version} runs with a throwaway profile.`);
    const work = (async () => {
      await addAccount(running, server, urls);
      if (headless) {
        await demonstrate(running, items);
        return;
      }
      await showCalendar(running);
      console.log(`Sign-in of the server: ${LOGIN.username}, password ${LOGIN.password}.`);
      console.log("Close Thunderbird or press Ctrl-C to stop everything.");
      await running.ended;
    })();
    await Promise.race([work, stopped]);
  } finally {
    const complaints = await thunderbird?.consoleErrors().catch(() => []);
    for (const { text, source, line } of complaints ?? []) {
      console.log(`In Thunderbird's console: ${text} (${source}:${line})`);
      process.exitCode = 1;
    }
    await thunderbird?.quit().catch(() => undefined);
    await server.stop();
  }
}

try {
  await main(process.argv.includes("--headless"));
  process.exit();
} catch (error) {
  console.error(error instanceof StartProblem ? error.message : error);
  process.exit(1);
}
