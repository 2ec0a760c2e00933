/** The part of Gecko that only the platform experiment uses; see ../gecko.d.ts for the rest. */

interface nsIFile {
  readonly path: string;
  readonly diskSpaceAvailable: number;
  exists(): boolean;
  isSymlink(): boolean;
  initWithPath(path: string): void;
}

interface nsIEventTarget {
  isOnCurrentThread(): boolean;
}
interface nsIFileOutputStream {
  init(file: nsIFile, flags: number, mode: number, behaviour: number): void;
}
interface nsIArrayBufferInputStream {
  /** Copies the bytes. */
  setData(buffer: ArrayBufferLike, offset: number, length: number): void;
}
interface nsIAsyncStreamCopier {
  init(
    source: nsIArrayBufferInputStream,
    sink: nsIFileOutputStream,
    target: nsIEventTarget,
    sourceBuffered: boolean,
    sinkBuffered: boolean,
    chunkSize: number,
    closeSource: boolean,
    closeSink: boolean,
  ): void;
  asyncCopy(
    observer: {
      onStartRequest(request: unknown): void;
      onStopRequest(request: unknown, status: number): void;
    },
    context: null,
  ): void;
}

interface nsIFilePickerConstants {
  readonly modeGetFolder: number;
  readonly returnOK: number;
}
interface nsIFilePicker {
  readonly file: nsIFile | null;
  displayDirectory: nsIFile;
  init(context: object, title: string, mode: number): void;
  open(done: (result: number) => void): void;
}

interface nsILoginInfo {
  readonly httpRealm: string | null;
  readonly username: string;
  readonly password: string;
  init(
    origin: string,
    formActionOrigin: string | null,
    httpRealm: string | null,
    username: string,
    password: string,
    usernameField: string,
    passwordField: string,
  ): void;
}
interface nsIWritablePropertyBag {
  setProperty(name: string, value: unknown): void;
}

interface nsIRequestFlags {
  readonly LOAD_ANONYMOUS: number;
  readonly LOAD_BYPASS_CACHE: number;
  readonly INHIBIT_CACHING: number;
}
interface nsIChannel {
  readonly URI: nsIURI;
  readonly status: number;
  readonly URI: { readonly spec: string };
  loadFlags: number;
  notificationCallbacks: object | null;
  /** Of nsIHttpChannel. */
  requestMethod?: string;
  setRequestHeader?(name: string, value: string, merge: boolean): void;
  readonly securityInfo: { readonly errorCodeString: string } | null;
  cancel(status: number): void;
  asyncOpen(listener: {
    QueryInterface(iid: unknown): unknown;
    onStartRequest(request: nsIChannel): void;
    onDataAvailable(): void;
    onStopRequest(request: nsIChannel, status: number): void;
  }): void;
}
interface nsINSSErrorsService {
  getErrorClass(status: number): number;
}

interface nsIURI {
  /** -1: that of the scheme. */
  readonly port: number;
  readonly asciiHostPort: string;
  /** Scheme, host and port. */
  readonly prePath: string;
  /** The path without the query. */
  readonly filePath: string;
  readonly query: string;
}

interface GeckoIssuerDetails {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret?: string | null;
  readonly issuerIdentifier?: string | null;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly redirectionEndpoint?: string | null;
}
interface GeckoModules {
  "resource:///modules/UIFontSize.sys.mjs": { UIFontSize: { readonly osValue?: number } };
  "resource:///modules/OAuth2Providers.sys.mjs": {
    OAuth2Providers: {
      getHostnameDetails(
        host: string,
        type: string,
      ): { issuer: string; requiredScopes: string } | undefined;
      getIssuerDetails(issuer: string): GeckoIssuerDetails | undefined;
    };
  };
}
/** What Thunderbird's modules share as their global. */
interface GeckoModulesGlobal {
  fetch(
    url: string,
    init: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly status: number; text(): Promise<string> }>;
  readonly AbortController: new () => { readonly signal: unknown; abort(): void };
}

interface GeckoWebProgress {
  addProgressListener(listener: object, mask: number): void;
}
interface GeckoDialog {
  readonly closed: boolean;
  readonly document: { title: string };
  close(): void;
  focus(): void;
}
interface GeckoWindow {
  openDialog?(url: string, name: string, features: string, argument: object): GeckoDialog;
}

interface nsIToolkitProfileService {
  readonly currentProfile: { readonly name: string } | null;
}

interface GeckoServices {
  readonly strings: {
    createBundle(url: string): {
      formatStringFromName(name: string, parameters: readonly string[]): string;
    };
  };
  readonly appinfo: { readonly OS: string; readonly XPCOMABI: string; readonly version: string };
  readonly dns: { readonly myHostName: string };
  readonly env: { get(name: string): string };
  readonly uuid: { generateUUID(): { toString(): string } };
  /** The asynchronous names are those of 153; 140 has some of the synchronous ones in their place. */
  readonly logins: {
    readonly isLoggedIn: boolean;
    searchLoginsAsync(search: { origin: string; httpRealm?: string }): Promise<nsILoginInfo[]>;
    addLoginAsync(login: nsILoginInfo): Promise<unknown>;
    modifyLoginAsync?(login: nsILoginInfo, changes: nsIWritablePropertyBag): Promise<unknown>;
    removeLoginAsync?(login: nsILoginInfo): Promise<unknown>;
    modifyLogin?(login: nsILoginInfo, changes: nsIWritablePropertyBag): void;
    removeLogin?(login: nsILoginInfo): void;
  };
}

interface GeckoModules {
  "resource:///modules/DNS.sys.mjs": {
    DNS: {
      srv(name: string): Promise<{ prio: number; weight: number; host: string; port: number }[]>;
      txt(name: string): Promise<{ strings: string[] | string }[]>;
    };
  };
  "resource://gre/modules/NetUtil.sys.mjs": {
    NetUtil: {
      newChannel(options: { uri: nsIURI; loadUsingSystemPrincipal: boolean }): nsIChannel;
    };
  };
}
