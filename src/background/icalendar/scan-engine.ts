/**
 * The columns of a resource's text, with the loop over its lines in WebAssembly where that is to be had: where the browser does
 * not compile JavaScript, that loop is most of a first synchronization. The columns are the same either way.
 */
import { columnsOf, scanColumns as scanInJavaScript } from "../../shared/ical/scan.ts";
import type { ItemColumns } from "../../shared/item-store.ts";
import { compileScan, type ScanAssembly } from "./scan-assembly-engine.ts";

/** `null`: there is no WebAssembly here. */
let compiled: ScanAssembly | null | undefined;

/** Never throws: what cannot be read has the flag `unreadable`. */
export function scanColumns(text: string): ItemColumns {
  if (compiled === undefined) compiled = compiledOrNull();
  const scan = compiled?.scan(text);
  return scan ? columnsOf(scan) : scanInJavaScript(text);
}

function compiledOrNull(): ScanAssembly | null {
  try {
    return compileScan();
  } catch {
    return null;
  }
}
