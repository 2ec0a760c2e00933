/**
 * Thunderbird's own window for signing in at a provider, stopped before it loads the address on this computer that
 * the provider sends it to in the end. It is a private one: a second account must not find the first one's cookies.
 */
import { AppError } from "../../shared/errors.ts";
import { openDialogWindow } from "./dialog-window.ts";
import { queryInterface } from "./xpcom.ts";

const WINDOW = "chrome://messenger/content/browserRequest.xhtml";
/** A notification of the network layer for every request, redirects too, before anything is sent. */
const REQUEST_TOPIC = "http-on-modify-request";
/** NS_BINDING_ABORTED: ended on purpose. */
const ABORTED = 0x804b0002;

export type SignInAnswer = { url: string } | { closed: true };

export class SignInWindows {
  readonly #open = new Map<string, () => void>();

  /** @throws AppError "insecure-location" for a page that anybody on the way could change */
  async open(id: string, url: string, redirectUri: string): Promise<SignInAnswer> {
    if (!isPrivateAddress(url)) {
      throw new AppError("insecure-location", "This sign-in page is not encrypted.", {
        hint: "Nothing was sent. Use a provider whose addresses start with https://.",
        retry: "after-user",
      });
    }
    let answer: SignInAnswer = { closed: true };
    const request = {
      url,
      promptText: "",
      cancelled: () => {
        // The user closed it: told by `closed`.
      },
      loaded: (window: GeckoDialog) => {
        window.document.title = titleFor(url);
      },
    };
    const { window, closed } = openDialogWindow(WINDOW, "private,resizable,width=980,height=750", {
      wrappedJSObject: request,
    });
    const observer: nsIObserver = {
      observe: (subject) => {
        const channel = queryInterface<nsIChannel>(subject, "nsIHttpChannel");
        if (!isRedirect(channel.URI.spec, redirectUri)) return;
        if (channel.loadInfo?.browsingContext?.top.embedderElement?.ownerGlobal !== window) return;
        answer = { url: channel.URI.spec };
        channel.cancel(ABORTED);
        Services.tm.dispatchToMainThread(() => window.close());
      },
    };
    Services.obs.addObserver(observer, REQUEST_TOPIC);
    this.#open.set(id, () => window.close());
    try {
      await closed;
    } finally {
      Services.obs.removeObserver(observer, REQUEST_TOPIC);
      this.#open.delete(id);
    }
    return answer;
  }

  close(id: string): void {
    this.#open.get(id)?.();
  }

  closeAll(): void {
    for (const close of this.#open.values()) close();
  }
}

/** By everything but the query: another page of this computer is not the end of the sign-in. */
function isRedirect(url: string, redirectUri: string): boolean {
  const at = Services.io.newURI(url);
  const wanted = Services.io.newURI(redirectUri);
  return at.prePath === wanted.prePath && at.filePath === wanted.filePath;
}

export function isPrivateAddress(url: string): boolean {
  const { scheme, host } = Services.io.newURI(url);
  return (
    scheme === "https" || (scheme === "http" && /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host))
  );
}

/** In Thunderbird's own words and language. */
function titleFor(url: string): string {
  const { host, query } = Services.io.newURI(url);
  const who = /(?:^|&)login_hint=([^&]*)/.exec(query)?.[1] ?? "";
  return Services.strings
    .createBundle("chrome://messenger/locale/messenger.properties")
    .formatStringFromName("oauth2WindowTitle", [
      decodeURIComponent(who.replaceAll("+", " ")),
      host,
    ]);
}
