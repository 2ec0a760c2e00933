/** The little of jsdom that the tests use; the package brings no types. */
declare module "jsdom" {
  export class JSDOM {
    readonly window: Window & { readonly DOMParser: typeof globalThis.DOMParser };
    constructor(html?: string);
  }
}
