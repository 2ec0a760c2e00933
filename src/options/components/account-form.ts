/**
 * Adding an account in two steps: location, user name and password, then the calendars found, to be ticked. The
 * password leaves the page only in the command, and only after a plain http location was confirmed.
 */
import type { Account, CommandValue, DiscoveredCalendar } from "../../shared/commands.ts";
import { calendarFacts } from "../accounts/calendar-facts.ts";
import { element, show, swatch, uniqueId } from "../element.ts";
import type { Page } from "../page.ts";
import { errorNotice, warningNotice } from "./notice.ts";
import { OperationProgress } from "./operation-progress.ts";

type Found = CommandValue<"accounts.discover">;

export class AccountForm {
  readonly node: HTMLElement;
  readonly #page: Page;
  readonly #known: Account | undefined;
  readonly #close: (subscribed: boolean) => void;
  readonly #location: HTMLInputElement;
  readonly #username: HTMLInputElement;
  readonly #password: HTMLInputElement;
  readonly #login: HTMLFormElement;
  readonly #insecure = element("div");
  readonly #outcome = element("div");
  readonly #found = element("div");
  #insecureAccepted = false;

  /** @param known an account whose calendars or password are to be changed */
  constructor(page: Page, known: Account | undefined, close: (subscribed: boolean) => void) {
    this.#page = page;
    this.#known = known;
    this.#close = close;
    const { words } = page;
    this.#location = element("input", {
      id: uniqueId("location"),
      required: true,
      autocomplete: "url",
      spellcheck: "false",
      value: known?.location ?? "",
      readonly: known !== undefined,
      oninput: () => this.#judgeLocation(),
    });
    this.#username = element("input", {
      id: uniqueId("username"),
      required: true,
      autocomplete: "username",
      spellcheck: "false",
      value: known?.username ?? "",
      readonly: known !== undefined,
    });
    this.#password = element("input", {
      id: uniqueId("password"),
      type: "password",
      required: known === undefined,
      autocomplete: "current-password",
    });
    this.#login = element(
      "form",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this.#discover();
        },
      },
      field(words.text("location"), this.#location, words.text("locationHint")),
      this.#insecure,
      field(words.text("username"), this.#username),
      field(
        words.text("password"),
        this.#password,
        words.text(known ? "passwordKnownHint" : "passwordHint"),
      ),
      element(
        "p",
        { class: "actions" },
        element("button", { type: "submit", class: "primary" }, words.text("findCalendars")),
        element(
          "button",
          { type: "button", onclick: () => this.#close(false) },
          words.text("cancel"),
        ),
      ),
    );
    const heading = element(
      "h2",
      { id: uniqueId("add-account") },
      known ? words.text("changeAccount", known.username) : words.text("addAccount"),
    );
    this.node = element(
      "section",
      { class: "card", "aria-labelledby": heading.id },
      heading,
      this.#login,
      new OperationProgress(page, "accounts.discover", words.text("searching")).node,
      this.#outcome,
      this.#found,
    );
  }

  focus(): void {
    (this.#known ? this.#password : this.#location).focus();
  }

  #judgeLocation(): void {
    this.#insecureAccepted = false;
    show(this.#insecure);
  }

  /** Asks for a tick where the password could be read on the way. @returns false while it is missing */
  #insecureConfirmed(insecure: boolean, container: HTMLElement): boolean {
    if (!insecure || this.#insecureAccepted) return true;
    const { words } = this.#page;
    const accept = element("input", {
      type: "checkbox",
      onchange: () => {
        this.#insecureAccepted = accept.checked;
      },
    });
    show(
      container,
      warningNotice(
        words.text("insecureWarning"),
        element("label", { class: "check" }, accept, words.text("insecureAccept")),
      ),
    );
    accept.focus();
    return false;
  }

  async #discover(): Promise<void> {
    const { client, words, announce } = this.#page;
    show(this.#outcome);
    if (!this.#validate()) return;
    if (!this.#insecureConfirmed(isPlainHttp(this.#location.value), this.#insecure)) return;
    show(this.#found);
    this.#setBusy(true);
    try {
      const found = await client.call("accounts.discover", this.#args());
      announce(words.counted("calendarsFound", found.calendars.length));
      this.#showFound(found);
    } catch (error) {
      show(this.#outcome, errorNotice(error, { logLabel: words.text("whatWasTried") }));
    } finally {
      this.#setBusy(false);
    }
  }

  #validate(): boolean {
    const empty = [this.#location, this.#username, this.#password].filter((input) => {
      const missing = input.required && input.value.trim() === "";
      input.setAttribute("aria-invalid", String(missing));
      return missing;
    });
    if (empty.length === 0) return true;
    show(
      this.#outcome,
      element("p", { class: "notice error", role: "alert" }, this.#page.words.text("fillIn")),
    );
    empty[0]?.focus();
    return false;
  }

  #args(): { location: string; username: string; password?: string } {
    const password = this.#password.value;
    return {
      location: this.#location.value.trim(),
      username: this.#username.value.trim(),
      ...(password === "" ? {} : { password }),
    };
  }

  #setBusy(busy: boolean): void {
    for (const control of this.#login.querySelectorAll<HTMLInputElement | HTMLButtonElement>(
      "input, button[type=submit]",
    ))
      control.disabled = busy;
  }

  #showFound(found: Found): void {
    const { words } = this.#page;
    if (found.calendars.length === 0) {
      show(this.#found, warningNotice(words.text("noCalendarsFound")));
      return;
    }
    const subscribed = new Set(this.#known?.calendars.map(({ url }) => url));
    const boxes = found.calendars.map((calendar) => ({
      calendar,
      box: element("input", {
        type: "checkbox",
        checked: isUsable(calendar),
        disabled: !isUsable(calendar) || subscribed.has(calendar.url),
      }),
    }));
    const insecure = element("div");
    const subscribe = element(
      "button",
      { type: "submit", class: "primary" },
      words.text("subscribe"),
    );
    const form = element(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          const urls = boxes.filter(({ box }) => box.checked).map(({ calendar }) => calendar.url);
          if (this.#insecureConfirmed(found.insecure, insecure))
            void this.#subscribe(urls, subscribe);
        },
      },
      element(
        "fieldset",
        {},
        element("legend", {}, words.text("chooseCalendars")),
        ...boxes.map(({ calendar, box }) => this.#choice(calendar, box, subscribed)),
      ),
      insecure,
      element("p", { class: "actions" }, subscribe),
    );
    show(this.#found, form);
    boxes.find(({ box }) => !box.disabled)?.box.focus();
  }

  #choice(
    calendar: DiscoveredCalendar,
    box: HTMLInputElement,
    subscribed: ReadonlySet<string>,
  ): HTMLElement {
    const { words } = this.#page;
    const facts = [
      ...(isUsable(calendar) ? calendarFacts(words, calendar) : [words.text("nothingToShow")]),
      subscribed.has(calendar.url) ? words.text("alreadySubscribed") : "",
      calendar.description,
    ];
    return element(
      "label",
      { class: "check choice" },
      box,
      swatch(calendar.color),
      element(
        "span",
        { class: "grow" },
        element("span", { class: "name" }, calendar.displayName),
        element("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
      ),
    );
  }

  async #subscribe(calendars: readonly string[], button: HTMLButtonElement): Promise<void> {
    const { client, words, announce } = this.#page;
    if (calendars.length === 0) {
      show(
        this.#outcome,
        element("p", { class: "notice error", role: "alert" }, words.text("tickOne")),
      );
      return;
    }
    show(this.#outcome);
    button.disabled = true;
    try {
      const added = await client.call("accounts.add", { ...this.#args(), calendars });
      announce(words.counted("subscribed", added.calendars.length));
      this.#close(true);
    } catch (error) {
      show(this.#outcome, errorNotice(error));
      button.disabled = false;
    }
  }
}

function field(label: string, input: HTMLInputElement, hint?: string): HTMLElement {
  const description = hint
    ? element("span", { class: "hint", id: `${input.id}-hint` }, hint)
    : null;
  if (description) input.setAttribute("aria-describedby", description.id);
  return element(
    "p",
    { class: "field" },
    element("label", { for: input.id }, label),
    input,
    description,
  );
}

/** Calendars of journals or free-busy only have nothing that Thunderbird shows. */
function isUsable({ components }: DiscoveredCalendar): boolean {
  return (
    components.length === 0 || components.some((name) => name === "VEVENT" || name === "VTODO")
  );
}

/** A location that says by itself that the connection is not encrypted, other than to this computer. */
export function isPlainHttp(location: string): boolean {
  const text = location.trim();
  if (!/^http:/i.test(text) || !URL.canParse(text)) return false;
  return !/^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(text).hostname);
}
