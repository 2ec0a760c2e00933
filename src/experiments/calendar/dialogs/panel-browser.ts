/** A page of the add-on inside one of Thunderbird's dialogs. */

/** @returns the browser, in the given element and loading the page */
export async function addPanelBrowser(
  extension: GeckoExtension,
  parent: GeckoElement,
  url: string,
): Promise<GeckoBrowser> {
  const browser = parent.ownerDocument.createXULElement("browser") as GeckoBrowser;
  const attributes: Record<string, string> = {
    type: "content",
    flex: "1",
    transparent: "true",
    disableglobalhistory: "true",
    messagemanagergroup: "webext-browsers",
    class: "webextension-popup-browser",
    "webextension-view-type": "subview",
    initialBrowsingContextGroupId: String(extension.policy.browsingContextGroupId),
    ...(extension.remote
      ? { remote: "true", remoteType: extension.remoteType, maychangeremoteness: "true" }
      : {}),
  };
  for (const [name, value] of Object.entries(attributes)) browser.setAttribute(name, value);
  const event = extension.remote ? "XULFrameLoaderCreated" : "load";
  const created = new Promise<void>((resolve) =>
    browser.addEventListener(event, () => resolve(), { once: true }),
  );
  parent.appendChild(browser);
  await created;
  makeExtensionView(browser);
  browser.addEventListener("DidChangeBrowserRemoteness", () => makeExtensionView(browser));
  showPage(extension, browser, url);
  return browser;
}

export function showPage(extension: GeckoExtension, browser: GeckoBrowser, url: string): void {
  browser.fixupAndLoadURIString(url, { triggeringPrincipal: extension.principal });
}

/** Without it the page has no APIs. */
function makeExtensionView(browser: GeckoBrowser): void {
  const { ExtensionParent } = ChromeUtils.importESModule(
    "resource://gre/modules/ExtensionParent.sys.mjs",
  );
  ExtensionParent.apiManager.emit("extension-browser-inserted", browser);
  const { messageManager } = browser;
  messageManager.loadFrameScript("chrome://extensions/content/ext-browser-content.js", false, true);
  messageManager.sendAsyncMessage("Extension:InitBrowser", {
    allowScriptsToClose: false,
    stylesheets: ["chrome://browser/content/extension-popup-panel.css"],
  });
}
