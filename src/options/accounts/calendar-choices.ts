/** What is chosen for one calendar on this computer: how often it is asked, who invites, where reminders are noted. */
import type { AlarmMode, CalendarSettings, InvitationMode } from "../../shared/commands.ts";
import { errorNotice } from "../components/notice.ts";
import { element, show, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";

const MINUTES = [0, 1, 5, 15, 30, 60, 240, 1440] as const;
const INVITATIONS: readonly InvitationMode[] = ["auto", "mail", "none"];
const ALARMS: readonly AlarmMode[] = ["auto", "local", "server"];

/** Every choice is carried out when it is made. @throws AppError of "calendars.configure" */
export async function calendarChoices(page: Page, calendarId: string): Promise<HTMLElement> {
  const [settings] = await page.client.call("calendars.configure", { calendarId });
  const node = element("div", { class: "choices" });
  if (settings) draw(page, node, settings);
  return node;
}

type Changes = Partial<Pick<CalendarSettings, "refreshMinutes" | "invitations" | "alarms">>;

function draw(page: Page, node: HTMLElement, settings: CalendarSettings): void {
  const { words, client } = page;
  const { calendarId, refreshMinutes, minimumRefreshMinutes } = settings;

  const choose = async (changes: Changes): Promise<void> => {
    try {
      const [now] = await client.call("calendars.configure", { calendarId, ...changes });
      if (now) draw(page, node, now);
      page.announce(words.text("choiceSaved"));
    } catch (error) {
      draw(page, node, settings);
      node.append(errorNotice(error));
    }
  };

  const choice = (
    label: string,
    value: string,
    options: readonly (readonly [string, string])[],
    hint: string,
    chosen: (value: string) => void,
  ): HTMLElement => {
    const select = element(
      "select",
      {
        id: uniqueId("choice"),
        "data-focus": `choice-${label}`,
        onchange: () => chosen(select.value),
      },
      ...options.map(([each, text]) => element("option", { value: each }, text)),
    );
    select.value = value;
    const described =
      hint === ""
        ? null
        : element("p", { class: "hint choice-hint", id: `${select.id}-hint` }, hint);
    if (described) select.setAttribute("aria-describedby", described.id);
    return element(
      "div",
      { class: "choice-of" },
      element("label", { for: select.id }, words.text(label)),
      select,
      described,
    );
  };

  const minutes = [...new Set([...MINUTES, refreshMinutes])].sort((a, b) => a - b);
  show(
    node,
    choice(
      "pollInterval",
      String(refreshMinutes),
      minutes.map((each) => [String(each), intervalInWords(page, each)]),
      minimumRefreshMinutes > refreshMinutes && refreshMinutes > 0
        ? words.text("pollAtLeast", intervalInWords(page, minimumRefreshMinutes))
        : "",
      (value) => void choose({ refreshMinutes: Number(value) }),
    ),
    choice(
      "invitations",
      settings.invitations,
      INVITATIONS.map((mode) => [mode, words.text(`invitations_${mode}`)]),
      words.text(`invitationsBy_${settings.invitationsBy}`),
      (value) => {
        const mode = INVITATIONS.find((each) => each === value);
        if (mode) void choose({ invitations: mode });
      },
    ),
    choice(
      "reminders",
      settings.alarms,
      ALARMS.map((mode) => [mode, words.text(`reminders_${mode}`)]),
      "",
      (value) => {
        const mode = ALARMS.find((each) => each === value);
        if (mode) void choose({ alarms: mode });
      },
    ),
  );
}

function intervalInWords({ words }: Page, minutes: number): string {
  if (minutes === 0) return words.text("pollByHand");
  if (minutes % 1440 === 0) return words.counted("everyDays", minutes / 1440);
  if (minutes % 60 === 0) return words.counted("everyHours", minutes / 60);
  return words.counted("everyMinutes", minutes);
}
