/** Resolves when a section has something to show, be it from the last time it was shown. */
export class FirstShown {
  readonly promise: Promise<void>;
  resolve: () => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
