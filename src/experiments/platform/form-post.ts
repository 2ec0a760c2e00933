/**
 * A form sent to a token endpoint (RFC 6749 §4.1.3). A page's `fetch` names the add-on in the header `Origin`, and
 * endpoints that know only their own web pages refuse that; a request of Thunderbird itself names nobody.
 */
import { AppError } from "../../shared/errors.ts";
import type { Timers } from "./deadline.ts";
import { isPrivateAddress } from "./sign-in-windows.ts";

const DEADLINE_MS = 60_000;
/** Tokens are short; anything longer is none. */
const LONGEST_ANSWER = 256 * 1024;

/** @param question `authorization`: of that header, where the client shows its secret there @throws AppError "insecure-location", "offline", "network" */
export async function postForm(
  url: string,
  { form, authorization }: { readonly form: string; readonly authorization: string | null },
  timers: Timers,
): Promise<{ status: number; text: string }> {
  const { host } = Services.io.newURI(url);
  if (!isPrivateAddress(url)) {
    throw new AppError("insecure-location", `${host} would sign you in without encryption.`, {
      hint: "Nothing was sent.",
      retry: "after-user",
    });
  }
  if (Services.io.offline) {
    throw new AppError("offline", "Thunderbird is offline.", {
      hint: "Your changes are kept and sent when Thunderbird is online again.",
      retry: "later",
    });
  }
  const { fetch, AbortController } = modulesGlobal();
  const deadline = new AbortController();
  const timer = timers.setTimeout(() => deadline.abort(), DEADLINE_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Accept: "application/json",
        ...(authorization ? { Authorization: authorization } : {}),
      },
      body: form,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: deadline.signal,
    });
    return { status: response.status, text: (await response.text()).slice(0, LONGEST_ANSWER) };
  } catch (cause) {
    throw new AppError("network", `${host} could not be reached to sign in.`, {
      hint: "Your changes are kept. Check the network; CalDAV Keeper tries again by itself.",
      retry: "later",
      details: { host },
      cause,
    });
  } finally {
    timers.clearTimeout(timer);
  }
}

/** Scripts of experiments have no `fetch` of their own. */
function modulesGlobal(): GeckoModulesGlobal {
  const { OAuth2Providers } = ChromeUtils.importESModule(
    "resource:///modules/OAuth2Providers.sys.mjs",
  );
  return Cu.getGlobalForObject(OAuth2Providers) as GeckoModulesGlobal;
}
