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
/** nsIWebProgress.NOTIFY_LOCATION. */
const LOCATION_CHANGES = 0x80;
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
    const end = (address: string): void => {
      answer = { url: address };
      Services.tm.dispatchToMainThread(() => window.close());
    };
    const progress = {
      QueryInterface: ChromeUtils.generateQI([
        "nsIWebProgressListener",
        "nsISupportsWeakReference",
      ]),
      // An answer without the state is none of ours, and ends the sign-in all the same.
      onLocationChange: (_progress: unknown, _request: unknown, location: nsIURI) => {
        if (isRedirect(location.spec, redirectUri)) end(location.spec);
      },
    };
    const request = {
      url,
      promptText: "",
      cancelled: () => {
        // The user closed it: told by `closed`.
      },
      loaded: (opened: GeckoDialog, webProgress: GeckoWebProgress) => {
        opened.document.title = titleFor(url);
        webProgress.addProgressListener(progress, LOCATION_CHANGES);
      },
    };
    const { window, closed } = openDialogWindow(WINDOW, "private,resizable,width=980,height=750", {
      wrappedJSObject: request,
    });
    const state = queryValue(url, "state");
    const observer: nsIObserver = {
      observe: (subject) => {
        const channel = queryInterface<nsIChannel>(subject, "nsIHttpChannel");
        const { spec } = channel.URI;
        if (!isRedirect(spec, redirectUri) || queryValue(spec, "state") !== state) return;
        channel.cancel(ABORTED);
        end(spec);
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

function queryValue(url: string, name: string): string | undefined {
  const { query } = Services.io.newURI(url);
  const found = query.split("&").find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** In Thunderbird's own words and language. */
function titleFor(url: string): string {
  const who = queryValue(url, "login_hint") ?? "";
  return Services.strings
    .createBundle("chrome://messenger/locale/messenger.properties")
    .formatStringFromName("oauth2WindowTitle", [
      decodeURIComponent(who.replaceAll("+", " ")),
      Services.io.newURI(url).host,
    ]);
}
