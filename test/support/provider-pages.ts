/**
 * A person at a provider's pages, without a browser: follows redirects, keeps cookies, fills in and sends forms, until
 * the provider sends them to the wanted address.
 */
export interface Person {
  readonly name: string;
  /** `deny`: they say no when asked to allow it. */
  readonly deny?: boolean;
}

const MOST_STEPS = 20;

/** @returns the address, which is not loaded */
export async function signInAtPages(
  start: string,
  redirectUri: string,
  { name, deny = false }: Person,
): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | null = null;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (url.startsWith(`${redirectUri}?`) || url.startsWith(`${redirectUri}/?`)) return url;
    const response: Response = await fetch(url, {
      method: form === null ? "GET" : "POST",
      redirect: "manual",
      headers: { Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
      ...(form === null ? {} : { body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [key = "", value = ""] = (cookie.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(key, value);
    }
    const location = response.headers.get("location");
    form = null;
    if (location !== null) {
      url = new URL(location, url).href;
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*action="([^"]*)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`no form on the page: ${response.status} ${page}`);
    const isConsent = !page.includes('name="login"');
    const abort = /<a href="([^"]*\/abort)"/.exec(page)?.[1];
    if (isConsent && deny && abort !== undefined) {
      url = new URL(abort, url).href;
      continue;
    }
    form = isConsent
      ? new URLSearchParams({ prompt: "consent" })
      : new URLSearchParams({ prompt: "login", login: name, password: "anything" });
    url = new URL(action, url).href;
  }
  throw new Error(`the provider did not come to an end: ${url}`);
}
