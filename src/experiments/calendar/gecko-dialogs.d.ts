/** The part of Gecko that Thunderbird's dialogs and its free/busy service are; see ../gecko.d.ts for the rest. */

interface GeckoElement {
  readonly ownerDocument: GeckoDocument;
  id: string;
  cloneNode(deep: boolean): GeckoElement;
  hidden: boolean;
  disabled?: boolean;
  getAttribute(name: string): string | null;
  appendChild(child: GeckoElement): void;
  remove(): void;
  readonly parentNode: GeckoElement | null;
  insertBefore(child: GeckoElement, next: GeckoElement | null): void;
  textContent: string | null;
  addEventListener(
    name: string,
    listener: (event: { readonly target: unknown }) => void,
    options?: { once?: boolean },
  ): void;
  removeEventListener(name: string, listener: (event: { readonly target: unknown }) => void): void;
  /** Of a `<dialog>`. */
  getButton?(name: string): GeckoElement | undefined;
}
interface GeckoDocument {
  getElementById(id: string): GeckoElement | null;
  querySelectorAll(selector: string): Iterable<GeckoElement>;
  createXULElement(name: string): GeckoElement;
  createElementNS(namespace: string, name: string): GeckoElement;
}
interface GeckoDialogWindow {
  readonly location: { readonly href: string };
  readonly document: GeckoDocument;
  /** What the opener handed over. */
  readonly arguments?: readonly unknown[];
  readonly closed?: boolean;
  addEventListener(name: string, listener: () => void, options?: { once?: boolean }): void;
}
interface GeckoBrowser extends GeckoElement {
  readonly messageManager: {
    loadFrameScript(url: string, allowDelayed: boolean, runInGlobal: boolean): void;
    sendAsyncMessage(name: string, data: object): void;
  };
  fixupAndLoadURIString(url: string, options: { triggeringPrincipal: object }): void;
}

interface GeckoModules {
  "resource:///modules/ExtensionSupport.sys.mjs": {
    ExtensionSupport: {
      registerWindowListener(
        id: string,
        listener: { chromeURLs: string[]; onLoadWindow(window: GeckoDialogWindow): void },
      ): void;
      unregisterWindowListener(id: string): void;
    };
  };
  "resource://gre/modules/ExtensionParent.sys.mjs": {
    ExtensionParent: { readonly apiManager: { emit(event: string, browser: GeckoBrowser): void } };
  };
}

interface GeckoExtension {
  readonly remote: boolean;
  readonly remoteType: string;
  readonly principal: object;
  readonly policy: { readonly browsingContextGroupId: number };
  readonly baseURI: { resolve(path: string): string };
}

interface calIFreeBusyInterval {
  readonly interval: { readonly start: calIDateTime; readonly end: calIDateTime };
  readonly freeBusyType: number | string;
}
interface calIGenericOperationListener {
  QueryInterface?(iid: unknown): unknown;
  onResult(
    operation: { readonly isPending: boolean } | null,
    intervals: calIFreeBusyInterval[] | null,
  ): void;
}
interface calIFreeBusyProvider {
  QueryInterface(iid: unknown): unknown;
  getFreeBusyIntervals(
    attendee: string,
    start: calIDateTime,
    end: calIDateTime,
    types: number,
    listener: { onResult(operation: object, intervals: unknown[]): void },
  ): object;
}
interface Cal {
  readonly freeBusyService: {
    addProvider(provider: calIFreeBusyProvider): void;
    removeProvider(provider: calIFreeBusyProvider): void;
    getFreeBusyIntervals(
      attendee: string,
      start: calIDateTime,
      end: calIDateTime,
      types: number,
      listener: calIGenericOperationListener,
    ): object;
  };
  readonly provider: CalProviderTools;
}
interface CalProviderTools {
  readonly BaseClass: new () => CalProviderBase;
  register(provider: object): void;
  unregister(type: string): boolean;
  readonly FreeBusyInterval: new (
    attendee: string,
    type: number,
    start: calIDateTime,
    end: calIDateTime,
  ) => object;
  readonly detection: {
    readonly AuthFailedError: new (message: string) => Error;
    readonly CanceledError: new (message: string) => Error;
    readonly NoneFoundError: new (message: string) => Error;
  };
}
