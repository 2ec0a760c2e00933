/**
 * Passwords in Thunderbird's password manager, under the server's origin and a realm of our own, so that the
 * user finds and can delete them there. Never brings up the primary-password prompt: while that is locked,
 * every call answers `locked`. Nothing secret is logged or put into an error.
 */
import { AppError, toWire, type WireError } from "../../shared/errors.ts";
import { createInstance } from "./xpcom.ts";

const REALM = "CalDAV Keeper";

export async function getPassword(
  origin: string,
  username: string,
): Promise<{ password: string } | { missing: true } | { locked: true }> {
  if (!Services.logins.isLoggedIn) return { locked: true };
  try {
    const login = await find(origin, username);
    return login ? { password: login.password } : { missing: true };
  } catch {
    // Locked in between, or a database that cannot be decrypted: both are mended by the user alone.
    return { locked: true };
  }
}

export async function setPassword(
  origin: string,
  username: string,
  password: string,
): Promise<{ ok: true } | { locked: true } | { error: WireError }> {
  if (!Services.logins.isLoggedIn) return { locked: true };
  try {
    await savePassword(origin, REALM, username, password);
    return { ok: true };
  } catch {
    if (!Services.logins.isLoggedIn) return { locked: true };
    return {
      error: toWire(
        new AppError("credentials-missing", "Thunderbird could not save the password.", {
          hint: "An older saved password is kept as it was. Look into Thunderbird's saved passwords, then try again.",
          retry: "after-user",
        }),
      ),
    };
  }
}

/** Adds or renews. @throws what the login manager throws, also while it is locked */
export async function savePassword(
  origin: string,
  realm: string,
  username: string,
  password: string,
): Promise<void> {
  const present = await find(origin, username, realm);
  if (!present) await addLogin(origin, realm, username, password);
  else if (present.password !== password) await changePassword(present, password);
}

/** Removing what is not there is no error; while locked nothing is removed. */
export async function removePassword(origin: string, username: string): Promise<void> {
  if (!Services.logins.isLoggedIn) return;
  const login = await find(origin, username);
  if (!login) return;
  // 140 has only the synchronous name.
  if (Services.logins.removeLoginAsync) await Services.logins.removeLoginAsync(login);
  else Services.logins.removeLogin?.(login);
}

async function find(
  origin: string,
  username: string,
  realm = REALM,
): Promise<nsILoginInfo | undefined> {
  const logins = await Services.logins.searchLoginsAsync({ origin, httpRealm: realm });
  return logins.find((login) => login.username === username);
}

export async function addLogin(
  origin: string,
  realm: string,
  username: string,
  password: string,
): Promise<void> {
  const login = createInstance<nsILoginInfo>(
    "@mozilla.org/login-manager/loginInfo;1",
    "nsILoginInfo",
  );
  login.init(origin, null, realm, username, password, "", "");
  await Services.logins.addLoginAsync(login);
}

export async function changePassword(login: nsILoginInfo, password: string): Promise<void> {
  const changes = createInstance<nsIWritablePropertyBag>(
    "@mozilla.org/hash-property-bag;1",
    "nsIWritablePropertyBag",
  );
  changes.setProperty("password", password);
  if (Services.logins.modifyLoginAsync) await Services.logins.modifyLoginAsync(login, changes);
  else Services.logins.modifyLogin?.(login, changes);
}
