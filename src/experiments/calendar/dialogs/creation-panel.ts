/**
 * The add-on's own page in Thunderbird's "new calendar" dialog (manifest key `calendar_provider.creation_panel`), and
 * the dialog's two buttons as far as the page has a say in them.
 */

import type { WindowHook } from "../../windows.ts";
import { extensionError } from "../extension-error.ts";
import type { EventSource } from "../persistent-event.ts";
import { providerName } from "../provider-name.ts";
import { attempt } from "../registration.ts";
import { addPanelBrowser, showPage } from "./panel-browser.ts";

export interface AdvanceAction {
  /** What `onAdvanceNewCalendar` gets when the user goes on or back; `null`: the dialog does as usual. */
  readonly forward?: string | null;
  readonly back?: string | null;
  /** Of the button to go on. */
  readonly label?: string | null;
  readonly canForward?: boolean | null;
}

/** Thunderbird's own panel for add-ons. Each of ours has one like it, for there may be several. */
const PATTERN = "panel-addon-calendar-settings";
const DIALOG = "calendar-creation-dialog";

export class CreationPanel implements WindowHook {
  readonly url = "chrome://calendar/content/calendar-creation.xhtml";
  readonly #extension: GeckoExtension;
  readonly #advance: EventSource<readonly [string]>;
  /** Of the dialog that is open, while our page is its. */
  #open: OpenPanel | null = null;

  constructor(extension: GeckoExtension, advance: EventSource<readonly [string]>) {
    this.#extension = extension;
    this.#advance = advance;
  }

  opened(window: GeckoDialogWindow): (() => void) | undefined {
    const { creation_panel: page } = this.#extension.manifest.calendar_provider ?? {};
    if (page == null) return undefined;
    const dialog = window as unknown as CreationDialog;
    const open = new OpenPanel(this.#extension, dialog, page, this.#advance);
    this.#open = open;
    window.addEventListener("unload", () => this.#closed(open), { once: true });
    const takeBack = open.offer(providerName(this.#extension));
    return () => {
      takeBack();
      this.#closed(open);
    };
  }

  #closed(open: OpenPanel): void {
    if (this.#open === open) this.#open = null;
  }

  /** @throws ExtensionError while no such dialog is open */
  setAction(action: AdvanceAction): void {
    if (this.#open === null) {
      throw extensionError("Thunderbird's dialog for new calendars is not open.");
    }
    this.#open.setAction(action);
  }
}

class OpenPanel {
  readonly #extension: GeckoExtension;
  readonly #dialog: CreationDialog;
  readonly #page: string;
  readonly #advance: EventSource<readonly [string]>;
  #panel: GeckoElement | null = null;
  #browser: Promise<GeckoBrowser> | null = null;
  #action: AdvanceAction = {};

  constructor(
    extension: GeckoExtension,
    dialog: CreationDialog,
    page: string,
    advance: EventSource<readonly [string]>,
  ) {
    this.#extension = extension;
    this.#dialog = dialog;
    this.#page = extension.baseURI.resolve(page);
    this.#advance = advance;
  }

  get #isShown(): boolean {
    return this.#panel !== null && !this.#panel.hidden;
  }

  #makePanel(): GeckoElement {
    const { document } = this.#dialog;
    const panel = document.getElementById(PATTERN)?.cloneNode(false);
    if (panel === undefined) throw new Error("the dialog has no panel for add-ons");
    panel.id = `${PATTERN}-${this.#extension.id}`;
    // The labels came along, and the page may set others.
    panel.removeAttribute("data-l10n-id");
    panel.setAttribute("flex", "1");
    document.getElementById(DIALOG)?.appendChild(panel);
    return panel;
  }

  /** A choice of its own among the kinds of calendars. @returns takes it away again */
  offer(label: string): () => void {
    const dialog = this.#dialog;
    const kind: CalendarKind = { label, onSelected: () => this.#show() };
    const id = dialog.registerCalendarType(kind);
    // A built-in kind: Thunderbird would load the page of any other in a browser that knows no extension processes.
    kind.builtIn = true;
    const usual = dialog.checkRequired;
    const checkRequired = () => {
      usual.call(dialog);
      if (this.#isShown) this.#showCanForward();
    };
    dialog.checkRequired = checkRequired;
    return () => {
      kind.builtIn = false;
      // Another add-on may have put its own over ours, which does nothing without the panel.
      if (dialog.checkRequired === checkRequired) dialog.checkRequired = usual;
      dialog.unregisterCalendarType(id);
      if (this.#isShown) dialog.selectPanel("panel-select-calendar-type");
      this.#panel?.remove();
      this.#panel = null;
    };
  }

  setAction(action: AdvanceAction): void {
    this.#action = { ...action, canForward: action.canForward ?? this.#action.canForward ?? true };
    const panel = this.#panel;
    if (panel === null) return;
    if (action.label != null) panel.setAttribute("buttonlabelaccept", action.label);
    if (panel.hidden) return;
    this.#dialog.updateButton("accept", panel);
    this.#showCanForward();
  }

  #show(): void {
    const panel = this.#panel ?? this.#makePanel();
    this.#panel = panel;
    this.#dialog.gButtonHandlers.forNodeId[panel.id] = {
      accept: (event) => this.#forward(event),
      extra2: () => this.#back(),
    };
    this.#browser ??= addPanelBrowser(this.#extension, panel, this.#page);
    this.#dialog.selectPanel(panel.id);
  }

  /** Without an action of the page the dialog closes, as its other panels do. */
  #forward(event: { preventDefault(): void }): void {
    const { forward } = this.#action;
    if (forward == null) return;
    event.preventDefault();
    const button = this.#dialog.document.getElementById(DIALOG)?.getButton?.("accept");
    if (button !== undefined) button.disabled = true;
    void this.#advance.emit(forward).then((results) => {
      if (button !== undefined) button.disabled = this.#action.canForward === false;
      const stays = results.some((each) => each.status === "rejected" || each.value === false);
      if (results.length > 0 && !stays) attempt("close the dialog", () => this.#dialog.close());
    });
  }

  #back(): void {
    const { back } = this.#action;
    if (back != null) {
      void this.#advance.emit(back);
      return;
    }
    this.#action = {};
    this.#dialog.selectPanel("panel-select-calendar-type");
    // The page may have begun something: it starts anew when the user comes back to it.
    void this.#browser?.then((browser) => showPage(this.#extension, browser, this.#page));
  }

  #showCanForward(): void {
    const dialog = this.#dialog.document.getElementById(DIALOG);
    if (this.#action.canForward === false) dialog?.setAttribute("buttondisabledaccept", "true");
    else dialog?.removeAttribute("buttondisabledaccept");
  }
}

interface CalendarKind {
  readonly label: string;
  readonly onSelected: () => void;
  builtIn?: boolean;
}

/** The functions of Thunderbird's dialog. */
interface CreationDialog {
  readonly document: GeckoDocument;
  readonly gButtonHandlers: {
    readonly forNodeId: Record<
      string,
      { accept: (event: { preventDefault(): void }) => void; extra2: () => void }
    >;
  };
  checkRequired(): void;
  registerCalendarType(kind: CalendarKind): string;
  unregisterCalendarType(id: string): void;
  selectPanel(id: string): void;
  updateButton(name: string, panel: GeckoElement): void;
  close(): void;
}
