/**
 * What the parent-process code uses of Gecko and of Thunderbird's calendar: hand-made, only the members in
 * use, additive. Everything here exists in 140 and in 153 unless marked optional.
 */

// --- XPCOM ---------------------------------------------------------------------------------------

interface nsISupports {
  QueryInterface?(iid: unknown): unknown;
}
type nsIID = { readonly number: string; equals?(other: unknown): boolean };

interface nsIURI {
  readonly spec: string;
  readonly scheme: string;
  readonly host: string;
}

interface nsIObserver {
  observe(subject: unknown, topic: string, data: string | null): void;
}

interface GeckoPrefs {
  getBoolPref(name: string, fallback?: boolean): boolean;
  getIntPref(name: string, fallback?: number): number;
  getStringPref(name: string, fallback?: string): string;
  setBoolPref(name: string, value: boolean): void;
  setIntPref(name: string, value: number): void;
  setStringPref(name: string, value: string): void;
  clearUserPref(name: string): void;
  prefHasUserValue(name: string): boolean;
  getChildList(branch: string): string[];
}

interface GeckoElement {
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}
interface GeckoWindow {
  readonly browsingContext: object;
  readonly document: { getElementById(id: string): GeckoElement | null };
  readonly windowUtils?: { readonly isHandlingUserInput: boolean };
  /** Of windows with a calendar. */
  updateUndoRedoMenu?(): void;
}

interface GeckoServices {
  readonly wm: {
    getMostRecentWindow(type: string | null): GeckoWindow | null;
    getEnumerator(type: string | null): Iterable<GeckoWindow>;
  };
  readonly prefs: GeckoPrefs;
  readonly obs: {
    addObserver(observer: nsIObserver, topic: string): void;
    removeObserver(observer: nsIObserver, topic: string): void;
    notifyObservers(subject: unknown, topic: string, data?: string): void;
  };
  readonly io: { offline: boolean; newURI(spec: string): nsIURI };
  readonly tm: { dispatchToMainThread(runnable: () => void): void };
  readonly startup: { readonly shuttingDown: boolean };
  readonly uuid: { generateUUID(): { toString(): string } };
  readonly dns: { readonly myHostName: string };
}
declare const Services: GeckoServices;

interface CalItemErrors {
  readonly DUPLICATE_ID: number;
  readonly CAL_IS_READONLY: number;
  readonly MODIFICATION_FAILED: number;
  readonly READ_FAILED: number;
  readonly OPERATION_CANCELLED: number;
}

interface CalendarFilterBits {
  readonly ITEM_FILTER_COMPLETED_YES: number;
  readonly ITEM_FILTER_COMPLETED_NO: number;
  readonly ITEM_FILTER_COMPLETED_ALL: number;
  readonly ITEM_FILTER_TYPE_TODO: number;
  readonly ITEM_FILTER_TYPE_EVENT: number;
  readonly ITEM_FILTER_TYPE_ALL: number;
  readonly ITEM_FILTER_CLASS_OCCURRENCES: number;
  readonly ITEM_FILTER_REQUEST_NEEDS_ACTION: number;
  readonly ITEM_FILTER_ALL_ITEMS: number;
}

declare const Ci: {
  readonly calICalendar: nsIID & CalendarFilterBits;
  readonly calIErrors: CalItemErrors;
  readonly calICalendarManager: nsIID & {
    readonly REMOVE_NO_UNREGISTER: number;
    readonly REMOVE_NO_DELETE: number;
  };
  readonly calIAlarmService: nsIID;
  readonly calIOperationListener: nsIID & { readonly GET: number };
  readonly calIAlarm: nsIID & {
    readonly ALARM_RELATED_ABSOLUTE: number;
    readonly ALARM_RELATED_START: number;
    readonly ALARM_RELATED_END: number;
  };
  readonly calITimezoneDatabase: nsIID;
  readonly [name: string]: nsIID;
};
declare const Cc: {
  readonly [contract: string]: {
    createInstance(iid: nsIID): unknown;
    getService(iid: nsIID): unknown;
  };
};
declare const Cr: {
  readonly NS_OK: number;
  readonly NS_ERROR_FILE_CORRUPTED: number;
  readonly NS_ERROR_FAILURE: number;
  readonly NS_ERROR_INVALID_ARG: number;
  readonly NS_ERROR_NOT_AVAILABLE: number;
  readonly NS_ERROR_NOT_IMPLEMENTED: number;
};
/** By `ChromeUtils`' global of Thunderbird's own modules. */
interface GeckoInspectorUtils {
  /** Parts 0 to 255; `null` for what is no colour. */
  colorToRGBA(color: string): { r: number; g: number; b: number; a: number } | null;
}
declare const MatchPattern: new (
  pattern: string,
  options?: { restrictSchemes?: boolean },
) => { matches(uri: nsIURI): boolean };
declare const MatchGlob: new (glob: string) => { matches(text: string): boolean };

declare const Cu: {
  getGlobalForObject(object: object): object;
  now?(): number;
  reportError?(error: unknown): void;
  cloneInto<T>(value: T, target: object): T;
  readonly [name: string]: unknown;
};
declare const Components: {
  Exception(message: string, result: number): Error & { result: number };
  isSuccessCode(result: number): boolean;
};

// --- Modules -------------------------------------------------------------------------------------

/** Modules by address; a file that needs another one adds it here by interface merging. */
interface GeckoModules {
  "resource:///modules/calendar/calUtils.sys.mjs": { cal: Cal };
  "resource:///modules/CalReadableStreamFactory.sys.mjs": {
    CalReadableStreamFactory: CalReadableStreamFactoryClass;
  };
  "resource:///modules/CalDateTime.sys.mjs": { CalDateTime: new (inner: object) => calIDateTime };
  "resource:///modules/CalEvent.sys.mjs": { CalEvent: new (text?: string) => calIEvent };
  "resource:///modules/CalTodo.sys.mjs": { CalTodo: new (text?: string) => calITodo };
  "resource:///modules/calendar/Ical.sys.mjs": {
    default: { parse(text: string): unknown; stringify(jcal: unknown): string };
  };
  "resource:///modules/CalIcsParser.sys.mjs": { CalIcsParser: new () => CalIcsParserInstance };
  "resource:///modules/CalIcsSerializer.sys.mjs": {
    CalIcsSerializer: new () => CalIcsSerializerInstance;
  };
  "resource://gre/modules/Timer.sys.mjs": {
    setTimeout(callback: () => void, ms: number): number;
    clearTimeout(timer: number): void;
    setInterval(callback: () => void, ms: number): number;
    clearInterval(timer: number): void;
  };
  "resource://gre/modules/Sqlite.sys.mjs": {
    Sqlite: {
      openConnection(options: {
        path: string;
        sharedMemoryCache?: boolean;
      }): Promise<GeckoSqlConnection>;
      readonly shutdown: GeckoSqlShutdown;
    };
  };
}

interface GeckoSqlConnection {
  /** Parameters by name, without the colon. */
  executeCached(
    sql: string,
    parameters: { [name: string]: null | number | string },
  ): Promise<
    { readonly numEntries: number; getResultByIndex(index: number): null | number | string }[]
  >;
  readonly transactionInProgress: boolean;
  close(): Promise<void>;
}
interface GeckoSqlShutdown {
  addBlocker(name: string, work: () => Promise<void>): void;
}

declare const ChromeUtils: {
  importESModule<K extends keyof GeckoModules>(url: K): GeckoModules[K];
  generateQI(interfaces: readonly string[]): (iid: unknown) => unknown;
  idleDispatch(callback: () => void): void;
  /** Of an nsresult, as "NS_ERROR_FILE_NOT_FOUND". */
  getXPCOMErrorName(result: number): string;
  readonly now?: () => number;
};

interface Console {
  log(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}
declare var console: Console;

// --- Files ---------------------------------------------------------------------------------------

/** Rejects with DOMExceptions; `name` tells the kind: NotFoundError, NotAllowedError, NoModificationAllowedError … */
declare const IOUtils: {
  read(path: string, options?: { offset?: number; maxBytes?: number }): Promise<Uint8Array>;
  readUTF8(path: string): Promise<string>;
  write(
    path: string,
    bytes: Uint8Array,
    options?: {
      mode?: "overwrite" | "append" | "appendOrCreate" | "create";
      tmpPath?: string;
      flush?: boolean;
    },
  ): Promise<number>;
  writeUTF8(
    path: string,
    text: string,
    options?: {
      mode?: "overwrite" | "append" | "appendOrCreate" | "create";
      tmpPath?: string;
      flush?: boolean;
    },
  ): Promise<number>;
  move(from: string, to: string, options?: { noOverwrite?: boolean }): Promise<void>;
  copy(from: string, to: string, options?: { noOverwrite?: boolean }): Promise<void>;
  remove(path: string, options?: { ignoreAbsent?: boolean; recursive?: boolean }): Promise<void>;
  makeDirectory(
    path: string,
    options?: { createAncestors?: boolean; ignoreExisting?: boolean; permissions?: number },
  ): Promise<void>;
  getChildren(path: string, options?: { ignoreAbsent?: boolean }): Promise<string[]>;
  stat(path: string): Promise<{
    readonly type: "regular" | "directory" | "other";
    readonly size: number;
    readonly lastModified: number;
  }>;
  exists(path: string): Promise<boolean>;
  setModificationTime(path: string, ms?: number): Promise<number>;
  setPermissions(path: string, permissions: number): Promise<void>;
};

declare const PathUtils: {
  readonly profileDir: string;
  /** For caches; equal to `profileDir` where the system has no place of its own for them. */
  readonly localProfileDir: string;
  readonly tempDir: string;
  join(...parts: string[]): string;
  filename(path: string): string;
  parent(path: string, depth?: number): string | null;
};

// --- Extension framework -------------------------------------------------------------------------

interface GeckoExtension {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly startupReason: string;
  readonly manifest: {
    readonly calendar_provider?: {
      readonly name?: string | null;
      readonly creation_panel?: string | null;
      readonly legacy_type?: string | null;
      readonly capabilities?: object | null;
      readonly outbox?: "hooks" | "provider" | null;
      readonly store_folder?: string | null;
    } | null;
  };
  /** A file of the add-on. */
  readJSON(path: string): Promise<{ readonly [key: string]: unknown }>;
  readonly backgroundState?: string;
  readonly shutdownReason?: string;
  /** A text with `__MSG_…__` replaced. */
  localize(text: string): string;
  /** A text of the add-on's `_locales`; "" for an unknown key. */
  localizeMessage(key: string): string;
  on(event: string, listener: (event: string, ...args: never[]) => unknown): void;
  off(event: string, listener: (event: string, ...args: never[]) => unknown): void;
  /** `undefined` when nobody listens, else the listeners' results. */
  emit(event: string, ...args: unknown[]): Promise<unknown[]> | undefined;
}

interface GeckoBaseContext {
  readonly extension: GeckoExtension;
  readonly viewType: string;
  readonly contextId: string;
  readonly envType: string;
  /** True for the background page itself, false for frames in it and every other page. */
  readonly isBackgroundContext: boolean;
  /** Where the page is shown; its top is embedded in an element of one of Thunderbird's windows. */
  readonly browsingContext?: {
    readonly top: {
      readonly embedderElement?: {
        readonly ownerDocument?: { readonly defaultView?: GeckoWindow | null } | null;
      } | null;
    };
  } | null;
  /** The page's global, in the page's own process. */
  readonly cloneScope: object;
  callOnClose(closable: { close(): void }): void;
}

/** How a persistent event reaches its listener; `wakeup` is there only while the page is suspended. */
interface GeckoFire {
  wakeup?(): Promise<void>;
  async(...args: unknown[]): Promise<unknown>;
  sync(...args: unknown[]): unknown;
}

interface GeckoPrimedListener {
  unregister(): void;
  convert(fire: GeckoFire): void;
}
type GeckoPersistentEvent = (
  registration: { fire: GeckoFire },
  params: readonly unknown[],
) => GeckoPrimedListener;

declare class ExtensionAPI {
  constructor(extension: GeckoExtension);
  readonly extension: GeckoExtension;
  onStartup?(): void;
  onShutdown(isAppShutdown: boolean): void;
  getAPI(context: GeckoBaseContext): object;
}
declare class ExtensionAPIPersistent extends ExtensionAPI {
  PERSISTENT_EVENTS: Record<string, GeckoPersistentEvent>;
}

declare const ExtensionCommon: {
  readonly EventManager: new (options: {
    context: GeckoBaseContext;
    module: string;
    event: string;
    extensionApi: ExtensionAPIPersistent;
  }) => { api(): object };
};
declare const ExtensionUtils: {
  /** The one error class whose message reaches the extension. */
  readonly ExtensionError: new (
    message: string,
  ) => Error;
};

// --- Thunderbird's calendar ----------------------------------------------------------------------

interface calITimezone {
  readonly tzid: string;
  readonly isUTC: boolean;
  readonly isFloating: boolean;
  readonly icalComponent: calIIcalComponent | null;
}

interface calIDateTime {
  readonly isMutable: boolean;
  isDate: boolean;
  timezone: calITimezone;
  readonly timezoneOffset: number;
  year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  minute: number;
  readonly second: number;
  /** Microseconds since the epoch. */
  nativeTime: number;
  icalString: string;
  clone(): calIDateTime;
  compare(other: calIDateTime): number;
  getInTimezone(zone: calITimezone): calIDateTime;
  resetTo(
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
    zone: calITimezone,
  ): void;
  addDuration(duration: calIDuration): void;
  makeImmutable(): void;
}

interface calIDuration {
  inSeconds: number;
  icalString: string;
  isNegative: boolean;
  clone(): calIDuration;
}

interface calIIcalProperty {
  readonly propertyName: string;
  readonly value: string;
}

interface calIIcalComponent {
  /** DTSTART. */
  readonly startTime: calIDateTime | null;
  readonly componentType: string;
  serializeToICS(): string;
  getFirstSubcomponent(type: string): calIIcalComponent | null;
  getNextSubcomponent(type: string): calIIcalComponent | null;
  addSubcomponent(component: calIIcalComponent): void;
}

interface calIAttendee {
  readonly id: string;
  readonly participationStatus: string;
  getProperty(name: string): unknown;
}

interface calIRecurrenceInfo {
  item: calIItemBase;
  getOccurrences(start: calIDateTime, end: calIDateTime, count: number): calIItemBase[];
  getOccurrenceFor(recurrenceId: calIDateTime): calIItemBase;
  getExceptionFor(recurrenceId: calIDateTime): calIItemBase | null;
  getExceptionIds(): calIDateTime[];
  getRecurrenceItems(): readonly {
    readonly isNegative: boolean;
    readonly date?: calIDateTime | null;
  }[];
  modifyException(item: calIItemBase, takeOver: boolean): void;
  removeExceptionFor(recurrenceId: calIDateTime): void;
  removeOccurrenceAt(recurrenceId: calIDateTime): void;
  clone(): calIRecurrenceInfo;
}

interface calIItemBase {
  readonly isMutable: boolean;
  readonly wrappedJSObject?: calIItemBase;
  id: string | null;
  readonly hashId: string;
  title: string;
  calendar: calICalendar | null;
  parentItem: calIItemBase;
  recurrenceInfo: calIRecurrenceInfo | null;
  recurrenceId: calIDateTime | null;
  readonly recurrenceStartDate: calIDateTime | null;
  alarmLastAck: calIDateTime | null;
  organizer: calIAttendee | null;
  status: string | null;
  icalComponent: calIIcalComponent;
  icalString: string;
  isEvent(): boolean;
  isTodo(): boolean;
  clone(): calIItemBase;
  makeImmutable(): void;
  getProperty(name: string): unknown;
  setProperty(name: string, value: unknown): void;
  deleteProperty(name: string): void;
  hasProperty(name: string): boolean;
  getCategories(): string[];
  getAttendees(): calIAttendee[];
  getAlarms(): unknown[];
  hasSameIds(other: calIItemBase): boolean;
}
interface calIEvent extends calIItemBase {
  startDate: calIDateTime;
  endDate: calIDateTime;
  readonly duration: calIDuration;
}
interface calITodo extends calIItemBase {
  entryDate: calIDateTime | null;
  dueDate: calIDateTime | null;
  completedDate: calIDateTime | null;
  isCompleted: boolean;
}

interface calIObserver {
  QueryInterface(iid: unknown): unknown;
  onStartBatch(calendar: calICalendar): void;
  onEndBatch(calendar: calICalendar): void;
  onLoad(calendar: calICalendar): void;
  onAddItem(item: calIItemBase): void;
  onModifyItem(newItem: calIItemBase, oldItem: calIItemBase): void;
  onDeleteItem(item: calIItemBase): void;
  onError(calendar: calICalendar, code: number, message: string): void;
  onPropertyChanged(calendar: calICalendar, name: string, value: unknown, old: unknown): void;
  onPropertyDeleting(calendar: calICalendar, name: string): void;
}

interface calIAlarm {
  readonly action: string;
  /** A constant of `Ci.calIAlarm`. */
  readonly related: number;
  readonly offset: calIDuration | null;
  readonly alarmDate: calIDateTime | null;
}

interface calIAlarmServiceObserver {
  QueryInterface(iid: unknown): unknown;
  onAlarm(item: calIItemBase, alarm: calIAlarm): void;
  onNotification(item: calIItemBase): void;
  onRemoveAlarmsByItem(item: calIItemBase): void;
  onRemoveAlarmsByCalendar(calendar: calICalendar): void;
  onAlarmsLoaded(calendar: calICalendar): void;
}
interface calIAlarmService {
  addObserver(observer: calIAlarmServiceObserver): void;
  removeObserver(observer: calIAlarmServiceObserver): void;
}

interface calICalendarManagerObserver {
  QueryInterface(iid: unknown): unknown;
  onCalendarRegistered(calendar: calICalendar): void;
  onCalendarUnregistering(calendar: calICalendar): void;
  onCalendarDeleting(calendar: calICalendar): void;
}

interface calICalendarACLEntry {
  QueryInterface(iid: unknown): unknown;
  readonly aclManager: calICalendarACLManager;
  readonly hasAccessControl: boolean;
  readonly userIsOwner: boolean;
  readonly userCanAddItems: boolean;
  readonly userCanDeleteItems: boolean;
  getUserAddresses(): readonly string[];
  getUserIdentities(): readonly unknown[];
  getOwnerIdentities(): readonly unknown[];
  refresh(): void;
}
interface calIItemACLEntry {
  QueryInterface(iid: unknown): unknown;
  readonly calendarEntry: calICalendarACLEntry;
  readonly userCanModify: boolean;
  readonly userCanRespond: boolean;
  readonly userCanViewAll: boolean;
  readonly userCanViewDateAndTime: boolean;
}
interface calICalendarACLManager {
  QueryInterface(iid: unknown): unknown;
  getCalendarEntry(
    calendar: calICalendar,
    listener: {
      onOperationComplete(
        calendar: calICalendar,
        status: number,
        operation: number,
        id: string,
        detail: unknown,
      ): void;
    },
  ): void;
  getItemEntry(item: calIItemBase): calIItemACLEntry;
}

/** A ReadableStream whose chunks are arrays of items; opaque here. */
type CalItemStream = { readonly locked: boolean };

interface calICalendar {
  readonly wrappedJSObject?: calICalendar;
  id: string;
  name: string;
  readonly type: string;
  readonly providerID?: string | null;
  uri: nsIURI;
  readOnly: boolean;
  readonly canRefresh: boolean;
  superCalendar: calICalendar;
  getProperty(name: string): unknown;
  setProperty(name: string, value: unknown): unknown;
  deleteProperty(name: string): void;
  addObserver(observer: calIObserver): void;
  removeObserver(observer: calIObserver): void;
  refresh(): unknown;
  addItem(item: calIItemBase): Promise<calIItemBase>;
  adoptItem(item: calIItemBase): Promise<calIItemBase>;
  modifyItem(newItem: calIItemBase, oldItem: calIItemBase | null): Promise<calIItemBase>;
  deleteItem(item: calIItemBase): Promise<void>;
  getItem(id: string): Promise<calIItemBase | null>;
  getItems(
    filter: number,
    count: number,
    start: calIDateTime | null,
    end: calIDateTime | null,
  ): CalItemStream;
  getItemsAsArray(
    filter: number,
    count: number,
    start: calIDateTime | null,
    end: calIDateTime | null,
  ): Promise<calIItemBase[]>;
  startBatch(): void;
  endBatch(): void;
}

interface calICalendarManager {
  getCalendars(): calICalendar[];
  getCalendarById(id: string): calICalendar | null;
  createCalendar(type: string, uri: nsIURI): calICalendar | null;
  registerCalendar(calendar: calICalendar): void;
  removeCalendar(calendar: calICalendar, mode?: number): void;
  registerCalendarProvider(type: string, implementation: new () => object): void;
  unregisterCalendarProvider(type: string, temporary?: boolean): void;
  hasCalendarProvider(type: string): boolean;
  addObserver(observer: calICalendarManagerObserver): void;
  removeObserver(observer: calICalendarManagerObserver): void;
  addCalendarObserver(observer: calIObserver): void;
  removeCalendarObserver(observer: calIObserver): void;
  readonly wrappedJSObject: { readonly mCache?: object | null };
}

/** `cal.provider.BaseClass`: the part of a calendar every provider inherits. */
interface CalProviderBase {
  QueryInterface: (iid: unknown) => unknown;
  initProviderBase(): void;
  id: string;
  name: string;
  uri: nsIURI;
  readOnly: boolean;
  superCalendar: calICalendar;
  readonly observers: { notify(method: string, args: readonly unknown[]): void };
  getProperty(name: string): unknown;
  setProperty(name: string, value: unknown): unknown;
  deleteProperty(name: string): void;
  getInvitedAttendee(item: calIItemBase): calIAttendee | null;
  isInvitation(item: calIItemBase): boolean;
  canNotify(method: string, item: calIItemBase): boolean;
  addObserver(observer: calIObserver): void;
  removeObserver(observer: calIObserver): void;
  startBatch(): void;
  endBatch(): void;
}

interface CalIcsParserInstance {
  parseString(text: string): void;
  processIcalComponent(root: calIIcalComponent): void;
  getItems(): calIItemBase[];
  getParentlessItems(): calIItemBase[];
  getComponents(): calIIcalComponent[];
}
interface CalIcsSerializerInstance {
  addItems(items: readonly calIItemBase[]): void;
  serializeToString(): string;
}

interface CalStreamController {
  enqueue(items: readonly calIItemBase[]): void;
  close(): void;
  readonly maxTotalItemsReached: boolean | number;
}
interface CalReadableStreamFactoryClass {
  createEmptyReadableStream(): CalItemStream;
  createBoundedReadableStream(
    maxTotalItems: number,
    maxQueuedItems: number,
    source: {
      start(controller: CalStreamController): Promise<void>;
      cancel?(reason: unknown): void;
    },
  ): CalItemStream;
}

/** A step of Edit → Undo. */
interface CalTransaction {
  canWrite(): boolean;
  doTransaction(): Promise<void>;
  undoTransaction(): Promise<void>;
}
interface GeckoModules {
  "resource:///modules/MailServices.sys.mjs": {
    MailServices: { readonly accounts: { readonly allIdentities: readonly unknown[] } };
  };
  "resource:///modules/CalTransactionManager.sys.mjs": {
    CalTransactionManager: {
      getInstance(): {
        commit(transaction: CalTransaction): Promise<void>;
        peekUndoStack(): CalTransaction | undefined;
      };
    };
  };
}

interface Cal {
  readonly manager: calICalendarManager;
  readonly icsService: { parseICS(text: string): calIIcalComponent };
  readonly timezoneService: {
    readonly timezoneIds: readonly string[];
    readonly defaultTimezone: calITimezone;
    getTimezone(tzid: string): calITimezone | null;
  };
  readonly iterate: { streamValues(stream: CalItemStream): AsyncIterable<calIItemBase[]> };
  readonly item: {
    checkIfInRange(
      item: calIItemBase,
      start: calIDateTime | null,
      end: calIDateTime | null,
    ): calIDateTime | boolean | null;
    compareContent(a: calIItemBase, b: calIItemBase): boolean;
  };
  readonly dtz: {
    readonly UTC: calITimezone;
    readonly floating: calITimezone;
    readonly defaultTimezone: calITimezone;
    now(): calIDateTime;
    getDefaultStartDate(): calIDateTime;
    ensureDateTime(date: calIDateTime): calIDateTime;
    jsDateToDateTime(date: Date, zone?: calITimezone): calIDateTime;
  };
  readonly view: {
    /** The calendars that a main window shows. */
    getCompositeCalendar(window: GeckoWindow): {
      addCalendar(calendar: calICalendar): void;
      removeCalendar(calendar: calICalendar): void;
    };
  };
  readonly acl: {
    isCalendarWritable(calendar: calICalendar): boolean;
    userCanAddItemsToCalendar(calendar: calICalendar): boolean;
    userCanDeleteItemsFromCalendar(calendar: calICalendar): boolean;
    userCanModifyItem(item: calIItemBase): boolean;
  };
  createDateTime(icalString?: string): calIDateTime;
  getUUID(): string;
}
