/**
 * The `messenger.platform` experiment: passwords and session keys, sign-in windows, files under chosen directories, keep-awake leases, calendar
 * status, environment, certificate probe. Only the background page is answered; types and meaning of each call
 * stand in src/shared/platform-api.d.ts.
 */
import { AppError, toWire, type WireError } from "../../shared/errors.ts";
import { createWindowHooks } from "../windows.ts";
import { readAppearance } from "./appearance.ts";
import { AwakeLeases } from "./awake.ts";
import { type BuiltInCalendar, makeBuiltInCalendar } from "./built-in-calendar.ts";
import { BuiltInWatch } from "./built-in-loads.ts";
import { type CalendarFacts, calendarFactsInProperties } from "./calendar-facts.ts";
import { setCalendarStatus } from "./calendar-status.ts";
import { probeCertificate } from "./certificate-probe.ts";
import { trustCertificate } from "./certificate-trust.ts";
import { operatingSystem, readEnvironment } from "./environment.ts";
import type { PlacedFile } from "./files.ts";
import { pickFolder } from "./folder-picker.ts";
import { postForm } from "./form-post.ts";
import { type MenuChoice, mainWindowMenus } from "./main-window-menus.ts";
import { OpenPlaces } from "./open-places.ts";
import { PageEvent } from "./page-event.ts";
import { Places } from "./places.ts";
import { traceRedirects } from "./redirect-trace.ts";
import { lookUpService } from "./service-lookup.ts";
import { SessionKeys } from "./session-keys.ts";
import { SignInWindows } from "./sign-in-windows.ts";
import { findOAuthClient, getThunderbirdToken, setThunderbirdToken } from "./thunderbird-oauth.ts";
import { getPassword, removePassword, setPassword } from "./vault.ts";

type Failure = { error: WireError };

class PlatformExperiment extends ExtensionAPIPersistent {
  readonly #timers = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  readonly #awake = new AwakeLeases(this.extension, this.#timers);
  #files: { places: Places; open: OpenPlaces } | null = null;

  readonly #keys = new SessionKeys();
  readonly #signIns = new SignInWindows();
  readonly #builtIn = new BuiltInWatch();

  readonly #menuChosen = new PageEvent<readonly [MenuChoice]>();
  readonly #describeCalendar = new PageEvent<readonly [string]>();
  readonly #windows = createWindowHooks(`${this.extension.id}-platform`, [
    mainWindowMenus(
      (key) => this.extension.localizeMessage(key),
      (choice) => this.#choose(choice),
    ),
    calendarFactsInProperties(
      `ext-${this.extension.id}`,
      async (calendarId) =>
        ((await this.#describeCalendar.emit(calendarId)) as CalendarFacts | null | undefined) ??
        null,
      (calendarId) => this.#choose({ action: "open", calendarId }),
    ),
  ]);

  override PERSISTENT_EVENTS: Record<string, GeckoPersistentEvent> = {
    onMenuChosen: this.#menuChosen.persistent,
    onDescribeCalendar: this.#describeCalendar.persistent,
    onOnline: (primed) => wakeOn(OFFLINE_TOPIC, (data) => data === "online", primed),
    onPasswordsUnlocked: (primed) => wakeOn(UNLOCKED_TOPIC, () => true, primed),
  };

  override onStartup(): void {
    // The "startup" event also loads this script early enough for the stored listeners.
    this.#windows.start();
  }

  override onShutdown(isAppShutdown: boolean): void {
    if (!isAppShutdown) this.#windows.stop();
    this.#awake.releaseAll();
    this.#keys.forgetAll();
    this.#signIns.closeAll();
    this.#builtIn.stop();
  }

  override getAPI(context: GeckoBaseContext): object {
    const methods = this.#methods(context);
    if (context.isBackgroundContext) {
      const event = (name: string) =>
        new ExtensionCommon.EventManager({
          context,
          module: "platform",
          event: name,
          extensionApi: this,
        }).api();
      return {
        platform: {
          ...methods,
          onOnline: event("onOnline"),
          onPasswordsUnlocked: event("onPasswordsUnlocked"),
          onMenuChosen: event("onMenuChosen"),
          onDescribeCalendar: event("onDescribeCalendar"),
        },
      };
    }
    const refused = async () => {
      throw new ExtensionUtils.ExtensionError(
        "platform answers only the background page of CalDAV Keeper",
      );
    };
    const none = { addListener: refused, removeListener: refused, hasListener: () => false };
    return {
      platform: {
        ...Object.fromEntries(Object.keys(methods).map((name) => [name, refused])),
        onOnline: none,
        onPasswordsUnlocked: none,
        onMenuChosen: none,
        onDescribeCalendar: none,
      },
    };
  }

  #methods(context: GeckoBaseContext) {
    return {
      getPassword: (origin: string, username: string) => getPassword(origin, username),
      setPassword: (origin: string, username: string, password: string) =>
        setPassword(origin, username, password),
      removePassword: (origin: string, username: string) => removePassword(origin, username),
      openSignIn: (id: string, url: string, redirectUri: string) =>
        answer(() => this.#signIns.open(id, url, redirectUri)),
      closeSignIn: async (id: string) => this.#signIns.close(id),
      postForm: (url: string, form: string, authorization: string | null) =>
        answer(() => postForm(url, { form, authorization }, this.#timers)),
      findOAuthClient: async (host: string) => findOAuthClient(host),
      getThunderbirdToken: (host: string, username: string) => getThunderbirdToken(host, username),
      setThunderbirdToken: (
        host: string,
        username: string,
        token: string,
        refreshedFrom: string | null,
      ) => setThunderbirdToken(host, username, token, refreshedFrom),
      rememberKey: async (name: string, key: string) => this.#keys.remember(name, key),
      recallKey: async (name: string) => this.#keys.recall(name),

      pickPlace: (title: string) =>
        answer(async () => {
          const { places } = this.#opened();
          const directory = await pickFolder(title, places.all().at(-1) ?? null);
          if (directory === null) return { cancelled: true as const };
          places.addPicked(directory);
          return { directory };
        }),
      listPlaces: async () => {
        const { places } = this.#opened();
        return { defaultDirectory: places.defaultDirectory, directories: places.all() };
      },
      openPlace: (directory: string) => answer(() => this.#opened().open.open(directory)),
      statFile: (place: string, path: string) => answer(() => this.#place(place).stat(path)),
      readFile: (place: string, path: string, offset: number | null, length: number | null) =>
        answer(async () => ({ bytes: await this.#place(place).read(path, offset, length) })),
      readFiles: (place: string, paths: string[]) =>
        answer(async () => ({ files: await this.#place(place).readMany(paths) })),
      writeFiles: (place: string, files: PlacedFile[]) =>
        answer(async () => {
          for (const { bytes } of files) assertBytes(bytes);
          await this.#place(place).write(files);
          return { ok: true as const };
        }),
      makeDirectories: (place: string, paths: string[]) =>
        answer(async () => {
          await this.#place(place).makeDirectories(paths);
          return { ok: true as const };
        }),
      listDirectory: (place: string, path: string) => answer(() => this.#place(place).list(path)),
      listBelow: (place: string, path: string, only: string[] | null) =>
        answer(async () => ({ paths: await this.#place(place).listBelow(path, only) })),
      measureBelow: (place: string, path: string) =>
        answer(() => this.#place(place).measureBelow(path)),
      removeFiles: (place: string, paths: string[]) =>
        answer(async () => {
          await this.#place(place).remove(paths);
          return { ok: true as const };
        }),

      holdAwake: async (reason: string) => this.#awake.hold(reason, context),
      releaseAwake: async (lease: string) => this.#awake.release(lease),

      setCalendarStatus: async (calendarId: string, status: { message: string } | null) =>
        setCalendarStatus(calendarId, status?.message ?? null),
      makeBuiltInCalendar: (wanted: BuiltInCalendar) =>
        answer(async () => ({ calendarId: await makeBuiltInCalendar(wanted) })),
      watchBuiltInCalendar: (calendarId: string) =>
        answer(async () => this.#builtIn.read(calendarId)),
      getAppearance: async () => readAppearance(),
      mayWelcome: async () =>
        !Services.prefs.getBoolPref("extensions.caldav-keeper.noWelcome", false),
      getEnvironment: async () => readEnvironment(),
      trustCertificate: async (host: string) => ({
        trusted: await trustCertificate(host, this.#timers),
      }),
      lookUpService: (name: string) => lookUpService(name, this.#timers),
      traceRedirects: (url: string) => traceRedirects(url, this.#timers),
      probeCertificate: async (url: string) => ({
        error: await probeCertificate(url, this.#timers),
      }),
    };
  }

  /** A page that fails to answer has said so in its console already. */
  #choose(choice: MenuChoice): void {
    this.#menuChosen.emit(choice).catch(() => {});
  }

  #opened(): { places: Places; open: OpenPlaces } {
    if (!this.#files) {
      const os = operatingSystem();
      const standard = PathUtils.join(PathUtils.profileDir, "caldav-keeper", "store");
      const places = new Places(Services.prefs, standard, os === "windows");
      this.#files = { places, open: new OpenPlaces(places, os, this.#timers) };
    }
    return this.#files;
  }

  #place(handle: string) {
    return this.#opened().open.files(handle);
  }
}

const OFFLINE_TOPIC = "network:offline-status-changed";
/** Told by the login manager when the primary password was entered. */
const UNLOCKED_TOPIC = "passwordmgr-crypto-login";

/** An event without arguments, for a notification of the observer service; it wakes a stopped page. */
function wakeOn(
  topic: string,
  isMeant: (data: string | null) => boolean,
  { fire: primed }: Parameters<GeckoPersistentEvent>[0],
): ReturnType<GeckoPersistentEvent> {
  let fire = primed;
  const observer: nsIObserver = {
    observe: (_subject, _topic, data) => {
      if (!isMeant(data)) return;
      void (async () => {
        await fire.wakeup?.();
        await fire.async();
      })().catch(() => {
        // The page went away meanwhile: its next start-up looks for itself.
      });
    },
  };
  Services.obs.addObserver(observer, topic);
  return {
    unregister: () => Services.obs.removeObserver(observer, topic),
    convert: (converted) => {
      fire = converted;
    },
  };
}

/** Failures cross the boundary as data: Thunderbird would keep nothing of an error but its message. */
async function answer<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    return { error: toWire(error) };
  }
}

/** The schema lets anything through here; arrays come from another global, so `instanceof` does not work. */
function assertBytes(value: unknown): void {
  if (Object.prototype.toString.call(value) !== "[object Uint8Array]") {
    throw new AppError("bad-argument", "Only bytes can be written to a file.");
  }
}

// Thunderbird looks the class up under the name of the API in the manifest.
export { PlatformExperiment as platform };
