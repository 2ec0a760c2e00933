/** Panels below a card's buttons, one open at a time; where one is closed, its button has the focus again. */
import { element, show } from "../element.ts";

export interface CardPanel {
  readonly node: HTMLElement;
  /** Called when it is shown. */
  opened(): void;
}

export class CardPanels {
  readonly node = element("div");
  #open: HTMLButtonElement | null = null;

  /** @param make called each time it is opened; `close` puts it away */
  button(
    attributes: { readonly label: string; readonly text: string },
    make: (close: () => void) => CardPanel,
  ): HTMLButtonElement {
    const button: HTMLButtonElement = element(
      "button",
      {
        type: "button",
        "aria-label": attributes.label,
        "aria-expanded": "false",
        onclick: () => this.#toggle(button, make),
      },
      attributes.text,
    );
    return button;
  }

  #toggle(button: HTMLButtonElement, make: (close: () => void) => CardPanel): void {
    const wasOpen = this.#open === button;
    this.#close();
    if (wasOpen) return;
    this.#open = button;
    button.setAttribute("aria-expanded", "true");
    const panel = make(() => {
      if (this.#open !== button) return;
      this.#close();
      button.focus();
    });
    show(this.node, panel.node);
    panel.opened();
  }

  #close(): void {
    this.#open?.setAttribute("aria-expanded", "false");
    this.#open = null;
    show(this.node);
  }
}
