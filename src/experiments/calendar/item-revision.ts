/** How an item carries its row's revision through Thunderbird, clones included. */

/** An X- property that no stored text ever has. */
export const REVISION = "X-KEEPER-REVISION";

/** The revision an item was built from; `null` for one that another calendar or program made. */
export function revisionOf(item: calIItemBase): number | null {
  const value = Number(item.getProperty(REVISION) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}
