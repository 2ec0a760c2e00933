/** Resource types and versions of Kloset: what a stored file or blob is (kloset/resources, kloset/versioning). */

export const Resource = {
  config: 1,
  lock: 2,
  state: 3,
  packfile: 4,
  snapshot: 5,
  signature: 6,
  object: 7,
  chunk: 9,
  vfsTree: 10,
  vfsNode: 11,
  vfsEntry: 12,
  errorTree: 13,
  errorNode: 14,
  errorEntry: 15,
  xattrTree: 16,
  xattrNode: 17,
  xattrEntry: 18,
  indexTree: 19,
  indexNode: 20,
  vfsSummary: 21,
  random: 255,
} as const;

export type ResourceType = number;

export const VERSION_1_0_0 = 0x00010000;
export const STATE_VERSION_1_1_0 = 0x00010100;

/** The newest version of each kind of file that this code understands. */
export function newestKnownVersion(type: ResourceType): number {
  return type === Resource.state ? STATE_VERSION_1_1_0 : VERSION_1_0_0;
}

/** "1.1.0" of 0x00010100. */
export function versionText(version: number): string {
  return `${version >>> 16}.${(version >>> 8) & 255}.${version & 255}`;
}

const names = new Map<number, string>(
  Object.entries(Resource).map(([name, type]): [number, string] => [type, name]),
);

/** A word for messages, e.g. "chunk". */
export function resourceName(type: ResourceType): string {
  return names.get(type) ?? `type ${type}`;
}
