/** Pictures of the add-on's page in its states, each section in its whole length, into dist/screenshots. */
import path from "node:path";
import type { DavServer } from "../test/support/dav-server.ts";
import type { Page, Thunderbird } from "../test/support/thunderbird.ts";
import { ThunderbirdUser } from "../test/support/thunderbird-user.ts";
import { root } from "./child-process.ts";

const STATES = path.join(root, "dist/screenshots");
/** What is shown in place of the temporary folder: where somebody's backups might lie. */
const SHOWN_PLACE = "/home/ada/Documents";

/** Names the temporary folder like one on somebody's disk. */
export function showPlace(page: Page, folder: string): Promise<void> {
  return page.evaluate(
    `const [folder, shown] = arguments;
     const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
     for (let node = texts.nextNode(); node; node = texts.nextNode())
       if (node.data.includes(folder)) node.data = node.data.replaceAll(folder, shown);`,
    folder,
    SHOWN_PLACE,
  );
}

/** A section from top to bottom, a window's height at a time. */
async function wholeSection(
  thunderbird: Thunderbird,
  page: Page,
  name: string,
  folder: string,
): Promise<void> {
  await showPlace(page, folder);
  for (let part = 0; ; part++) {
    const last = await page.evaluate<boolean>(
      `const height = window.innerHeight;
       window.scrollTo(0, arguments[0] * height * 0.9);
       return window.scrollY + height >= document.documentElement.scrollHeight - 2;`,
      part,
    );
    const file = path.join(STATES, `${name}-${part + 1}.png`);
    await thunderbird.screenshot(file);
    console.log(path.relative(root, file));
    if (last) return;
  }
}

/** What a person sees who has something to decide, and everything that opens. */
export async function takeStates(
  thunderbird: Thunderbird,
  theme: string,
  folder: string,
): Promise<void> {
  const page = await thunderbird.page("options/options.html?states#accounts");
  const ready = (condition: string, what: string) =>
    thunderbird.waitFor(() => page.evaluate<boolean>(`return ${condition};`), what);
  await ready(`document.querySelectorAll(".decision").length > 0`, "a decision");
  await wholeSection(thunderbird, page, `decision-${theme}`, folder);
  await page.evaluate(
    `for (const button of document.querySelectorAll(".calendar-line [aria-expanded]")) { button.click(); break; }
     for (const panel of document.querySelectorAll(".details:not([hidden]) .panel")) panel.open = true;`,
  );
  await ready(
    `document.querySelectorAll(".choices select").length > 0 && !/Loading/.test(document.body.innerText)`,
    "the details",
  );
  await wholeSection(thunderbird, page, `details-${theme}`, folder);
  for (const section of ["backups", "snapshots", "help"]) {
    await page.evaluate("location.hash = arguments[0];", section);
    await ready(
      `document.querySelectorAll("#${section}-section .card").length > 0 && !document.querySelector(".arriving") && !/Loading/.test(document.body.innerText)`,
      `the section ${section}`,
    );
    await wholeSection(thunderbird, page, `${section}-${theme}`, folder);
  }
  await page.close();
}

export interface ChangedEvent {
  /** The calendar's name. */
  readonly calendar: string;
  readonly url: string;
  readonly uid: string;
  readonly title: string;
}

/** The same event is renamed here and on the server, which has it as before afterwards: for the other theme. */
export async function bothChange(
  thunderbird: Thunderbird,
  server: Pick<DavServer, "get" | "put">,
  { calendar, url, uid, title }: ChangedEvent,
): Promise<void> {
  const text = (await server.get(url)) ?? "";
  const user = new ThunderbirdUser(thunderbird);
  const calendarId = (await user.calendars()).find(({ name }) => name === calendar)?.id ?? "";
  await thunderbird.setOffline(true);
  await user.change(calendarId, uid, { SUMMARY: `${title} in the old church` });
  await server.put(url, text.replace(title, `${title} in the town hall`));
  await thunderbird.setOffline(false);
  await thunderbird.command("sync.run");
  await server.put(url, text);
}
