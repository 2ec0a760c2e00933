/** The thread that derives one key and is then ended: it computes for seconds without a pause. */
import { deriveKey, type KeyDerivation } from "./key-derivation.ts";

export interface KeyTask {
  readonly passphrase: Uint8Array;
  readonly how: KeyDerivation;
}

export type KeyReport =
  | { readonly done: number }
  | { readonly key: Uint8Array }
  /** The kind alone: nothing here may carry the passphrase. */
  | { readonly failure: string };

/** The part of a dedicated worker's global scope that is used: this program's types are those of a page. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<KeyTask>) => Promise<void>) | null;
  postMessage(report: KeyReport): void;
};

const REPORT_EVERY = 0.01;

scope.onmessage = async ({ data: { passphrase, how } }) => {
  let told = 0;
  try {
    const key = await deriveKey(passphrase, how, (done) => {
      if (done - told < REPORT_EVERY) return;
      told = done;
      scope.postMessage({ done });
    });
    scope.postMessage({ key });
  } catch (error) {
    scope.postMessage({ failure: error instanceof Error ? error.name : typeof error });
  }
};
