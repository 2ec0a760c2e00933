/** Tells the user, once, what happened to the item store while it was opened: damage, recovery, a copied profile. */

export interface Teller {
  readonly notify: (id: string, title: string, message: string) => Promise<unknown>;
  /** `i18n.getMessage`. */
  readonly text: (key: string, substitutions?: string[]) => string;
}

/** What of the store's events is shown; see `StoreEvent` of the calendar experiment. */
interface StoreEvent {
  readonly kind?: unknown;
  readonly setAside?: unknown;
  readonly changes?: unknown;
  readonly complete?: unknown;
}

export async function tellStoreEvents(
  provider: Pick<typeof messenger.calendar.provider, "takeStoreEvents">,
  { notify, text }: Teller,
): Promise<void> {
  for (const [index, event] of (await provider.takeStoreEvents()).entries()) {
    const words = inWords((event ?? {}) as StoreEvent, text);
    if (words) await notify(`item-store-${index}`, words.title, words.message);
  }
}

function inWords(
  { kind, setAside, changes, complete }: StoreEvent,
  text: Teller["text"],
): { title: string; message: string } | undefined {
  switch (kind) {
    case "salvaged":
      return {
        title: text("storeSalvagedTitle"),
        message: [
          text("storeSalvaged", [String(changes)]),
          complete === true ? "" : text("storeSalvagedIncomplete", [String(setAside)]),
        ]
          .filter(Boolean)
          .join("\n"),
      };
    case "unsent-recovered":
      return {
        title: text("unsentRecoveredTitle"),
        message: text("unsentRecovered", [String(changes)]),
      };
    case "copied-profile":
      return { title: text("copiedProfileTitle"), message: text("copiedProfile") };
    default:
      return undefined;
  }
}
