/**
 * `messenger.platform.*`: the few privileged things the add-on needs beside calendars. Answers only the
 * background context. Failures that callers branch on are data: `{ error: WireError }`.
 */
declare namespace messenger.platform {
  type Failure = { error: import("./errors.ts").WireError };

  /** Thunderbird's password manager. `origin` as in `https://host:port`, realm "CalDAV Keeper". */
  function getPassword(
    origin: string,
    username: string,
  ): Promise<{ password: string } | { missing: true } | { locked: true }>;
  function setPassword(
    origin: string,
    username: string,
    password: string,
  ): Promise<{ ok: true } | { locked: true } | Failure>;
  function removePassword(origin: string, username: string): Promise<void>;

  /**
   * Opens Thunderbird's sign-in window, apart from all cookies, at an https or loopback address, until it is sent to
   * `redirectUri`, which is not loaded. Answers with the address it was sent to.
   */
  function openSignIn(
    id: string,
    url: string,
    redirectUri: string,
  ): Promise<{ url: string } | { closed: true } | Failure>;
  /** The one opened with this id answers `closed`. */
  function closeSignIn(id: string): Promise<void>;
  /**
   * Sends a form to a token endpoint, https or loopback, without cookies, and without the header `Origin` that some
   * endpoints take for a web page's. No redirect is followed.
   */
  function postForm(
    url: string,
    form: string,
    authorization?: string,
  ): Promise<{ status: number; text: string } | Failure>;
  /** How Thunderbird itself (or another add-on's `oauth_provider`) signs in to CalDAV at a host; `null`: not at all. */
  function findOAuthClient(host: string): Promise<{
    clientId: string;
    clientSecret: string | null;
    scope: string;
    issuer: string | null;
    authorizationEndpoint: string;
    tokenEndpoint: string;
    redirectUri: string;
  } | null>;
  /** The refresh token that Thunderbird has for such a host and covers CalDAV. */
  function getThunderbirdToken(
    host: string,
    username: string,
  ): Promise<{ token: string } | { missing: true } | { locked: true }>;
  /** @param refreshedFrom the token it was got with; `null`: that of a sign-in in a window */
  function setThunderbirdToken(
    host: string,
    username: string,
    token: string,
    refreshedFrom: string | null,
  ): Promise<{ ok: true } | { locked: true } | Failure>;

  /**
   * A key derived from a passphrase, or an access token: kept in the parent process's memory until Thunderbird ends, so that
   * stopping the background page does not cost its derivation again. Never on disk.
   */
  function rememberKey(name: string, key: string): Promise<void>;
  function recallKey(name: string): Promise<string | null>;

  /** The native folder picker; the chosen directory is recorded as an allowed place. */
  function pickPlace(title: string): Promise<{ directory: string } | { cancelled: true } | Failure>;
  /** Allowed places: the default one, picked ones, and those of the pref `extensions.caldav-keeper.places`. */
  function listPlaces(): Promise<{ defaultDirectory: string; directories: string[] }>;

  /** Opens an allowed place (or a folder below one); made when it does not exist. @returns an opaque handle */
  function openPlace(
    directory: string,
  ): Promise<
    | { place: string; device: "profile-disk" | "other-disk" | "unknown"; freeBytes: number | null }
    | Failure
  >;
  /** Paths are relative, "/"-separated, checked in the parent; links are refused. Missing: `size` -1. */
  function statFile(
    place: string,
    path: string,
  ): Promise<{ size: number; modifiedMs: number } | Failure>;
  function readFile(
    place: string,
    path: string,
    offset?: number,
    length?: number,
  ): Promise<{ bytes: Uint8Array } | Failure>;
  /** Whole files from the first on, as many as fit one answer (at least one); `null` for one that is missing. */
  function readFiles(
    place: string,
    paths: string[],
  ): Promise<{ files: (Uint8Array | null)[] } | Failure>;
  /** Writes each file whole (temporary name, flush, rename), making directories; `create`: fails with file-exists. */
  function writeFiles(
    place: string,
    files: { path: string; bytes: Uint8Array; create?: boolean; modifiedMs?: number }[],
  ): Promise<{ ok: true } | Failure>;
  function makeDirectories(place: string, paths: string[]): Promise<{ ok: true } | Failure>;
  /** Names directly in a directory; a missing directory lists nothing and says so. */
  function listDirectory(
    place: string,
    path: string,
  ): Promise<
    { exists: boolean; entries: { name: string; directory: boolean; size: number }[] } | Failure
  >;
  /** `<directory>/<name>` of what lies in the directories (or those named) directly below, links to directories left out. */
  function listBelow(
    place: string,
    path: string,
    only?: string[],
  ): Promise<{ paths: string[] } | Failure>;
  /** How much lies in the directories directly below. */
  function measureBelow(
    place: string,
    path: string,
  ): Promise<{ bytes: number; files: number } | Failure>;
  function removeFiles(place: string, paths: string[]): Promise<{ ok: true } | Failure>;

  /** Keeps the event page alive until released (thunderbird event pages stop after 30 s of "idle" work). */
  function holdAwake(reason: string): Promise<string>;
  function releaseAwake(lease: string): Promise<void>;

  /** The calendar list's warning icon and its tooltip; `null` clears both. Transient. */
  function setCalendarStatus(calendarId: string, status: { message: string } | null): Promise<void>;
  /** Makes a calendar of Thunderbird's own CalDAV; a password is saved where that looks for it, under the server's realm. */
  function makeBuiltInCalendar(wanted: {
    url: string;
    name: string;
    color: string | null;
    readOnly: boolean;
    username: string;
    password?: string;
    realm?: string;
  }): Promise<{ calendarId: string } | Failure>;
  /** What has arrived in one of Thunderbird's own calendars since this was asked first: counted, nothing is read. */
  function watchBuiltInCalendar(
    calendarId: string,
  ): Promise<{ arrived: number; loads: number } | Failure>;
  /** Thunderbird's font size (1: the system's) and density. */
  function getAppearance(): Promise<{
    textScale: number;
    density: "compact" | "default" | "relaxed";
  }>;
  /** False where an administrator set the pref `extensions.caldav-keeper.noWelcome`. */
  function mayWelcome(): Promise<boolean>;
  function getEnvironment(): Promise<{
    profileName: string;
    profileDirectory: string;
    hostname: string;
    username: string;
    os: string;
    arch: string;
    appVersion: string;
    offline: boolean;
  }>;
  /**
   * SRV and TXT records of a service such as `_caldavs._tcp.example.org` (RFC 6764 §3); none where there are none, no
   * answer came in 5 seconds, or names go through a proxy.
   */
  function lookUpService(name: string): Promise<{
    srv: { priority: number; weight: number; host: string; port: number }[];
    txt: string[];
  }>;
  /**
   * Where a PROPFIND without credentials ends, and whether every redirect on the way is for good (301, 308); the same
   * URL and false where there is none.
   */
  function traceRedirects(url: string): Promise<{ url: string; permanent: boolean }>;
  /** Why a TLS connection failed, e.g. "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT"; `null`: not for a certificate. */
  function probeCertificate(url: string): Promise<{ error: string | null }>;

  /** Thunderbird's dialog for a certificate it does not trust; answers when it is closed. `host:port` */
  function trustCertificate(host: string): Promise<{ trusted: boolean }>;

  /** Stopped page is woken: Thunderbird went online again. */
  const onOnline: WebExtEvent<() => void>;
  /** Stopped page is woken: the primary password was entered. */
  const onPasswordsUnlocked: WebExtEvent<() => void>;

  /** One of our entries in Thunderbird's calendar menus, or our button in a calendar's properties ("open"). */
  type MenuChoice = {
    action: "backup" | "history" | "versions" | "open";
    calendarId: string;
    /** Of the item, for "versions". */
    uid?: string;
  };
  /** Stopped page is woken. */
  const onMenuChosen: WebExtEvent<(choice: MenuChoice) => void>;
  /** The properties of one of our calendars are shown: what to say of it there; `null`: nothing. Stopped page is woken. */
  const onDescribeCalendar: WebExtEvent<
    (
      calendarId: string,
    ) => Promise<{ rows: { label: string; value: string }[]; open: string } | null>
  >;
}
