/** A calendar's name and colour, and the ways to part with it: out of Thunderbird only, or on the server too. */
import type { AccountCalendar } from "../../shared/commands.ts";
import { isAppError } from "../../shared/errors.ts";
import { errorNotice, resultNotice, warningNotice } from "../components/notice.ts";
import { element, show } from "../element.ts";
import type { Page } from "../page.ts";
import { calendarChoices } from "./calendar-choices.ts";
import { CalendarForm } from "./calendar-form.ts";
import { heldItems } from "./held-items.ts";
import { Panel } from "./panel.ts";

/** @param gone told when the calendar is no longer in Thunderbird */
export function settingsPanel(
  page: Page,
  calendar: () => AccountCalendar,
  gone: () => void,
): Panel {
  const { client, words, announce } = page;
  const parting = element("div");
  const calendarId = calendar().id;

  /** @param words of the person so far: each further one is asked for when the command wants it */
  const unsubscribe = async (discardPending: boolean): Promise<void> => {
    try {
      await client.call("calendars.unsubscribe", { calendarId, discardPending });
      announce(words.text("calendarLeft", calendar().name));
      gone();
    } catch (error) {
      if (isAppError(error, "pending-changes") && !discardPending)
        ask(`${error.message} ${error.hint}`, words.text("removeAnyway"), () => unsubscribe(true));
      else show(parting, errorNotice(error));
    }
  };

  const remove = async (withoutSnapshot: boolean): Promise<void> => {
    try {
      await client.call("calendars.deleteRemote", { calendarId, confirm: true, withoutSnapshot });
      announce(words.text("calendarDeleted", calendar().name));
      gone();
    } catch (error) {
      if (isAppError(error, "backup-incomplete") && !withoutSnapshot)
        ask(`${error.message} ${error.hint}`, words.text("withoutSnapshot"), () => remove(true));
      else show(parting, errorNotice(error));
    }
  };

  const ask = (question: string, yes: string, work: () => Promise<void>): void => {
    const keep = element(
      "button",
      { type: "button", onclick: () => show(parting) },
      words.text("keepCalendar"),
    );
    const go = element(
      "button",
      {
        type: "button",
        class: "danger",
        onclick: () => {
          for (const button of [keep, go]) button.disabled = true;
          void work();
        },
      },
      yes,
    );
    show(parting, warningNotice(question, element("p", { class: "actions" }, go, keep)));
    keep.focus();
  };

  return new Panel(page, words.text("calendarSettings"), async () => {
    const { name, color, readOnly, pendingChanges } = calendar();
    const form = new CalendarForm(page, {
      name,
      color: color ?? "",
      submitLabel: words.text("saveCalendarSettings"),
      hint: words.text("calendarForEverybody"),
      submit: async (changes) => {
        await client.call("calendars.updateRemote", { calendarId, ...changes });
        return resultNotice("success", words.text("calendarSaved"));
      },
    });
    const waiting = pendingChanges > 0 ? words.counted("leavePending", pendingChanges) : "";
    const askAbout = async (question: string, yes: string, work: () => Promise<void>) => {
      const held = await heldItems(page, [calendar()], "calendar");
      ask([question, held, waiting].filter(Boolean).join(" "), yes, work);
    };
    const choices = await calendarChoices(page, calendarId);
    show(parting);
    return [
      element("h3", {}, words.text("onThisComputer")),
      choices,
      !readOnly && element("h3", {}, words.text("onTheServer")),
      !readOnly && form.node,
      element("h3", {}, words.text("partWithCalendar")),
      element(
        "p",
        { class: "actions" },
        element(
          "button",
          {
            type: "button",
            onclick: () =>
              void askAbout(words.text("leaveQuestion"), words.text("leaveCalendar"), () =>
                unsubscribe(false),
              ),
          },
          words.text("leaveCalendarAsk"),
        ),
        !readOnly &&
          element(
            "button",
            {
              type: "button",
              onclick: () =>
                void askAbout(
                  words.text("deleteQuestion", name),
                  words.text("deleteCalendar"),
                  () => remove(false),
                ),
            },
            words.text("deleteCalendarAsk"),
          ),
      ),
      parting,
    ];
  });
}
