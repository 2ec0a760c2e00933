/**
 * The aggregated states in memory: which blobs exist and where. Columns in typed arrays, one row a location, so
 * that 100,000 blobs take about ten megabytes.
 */
import { toHex } from "../../shared/bytes.ts";
import { blobKey, macOfKey } from "./blob-key.ts";
import type { Mac } from "./mac.ts";
import { Resource, type ResourceType } from "./resource.ts";
import type { StateRecord } from "./state.ts";

export interface BlobLocation {
  /** Hex name of the packfile. */
  readonly packfile: string;
  readonly offset: number;
  readonly length: number;
}

interface PackfileState {
  readonly name: string;
  /** In the states' packfile table. */
  known: boolean;
  /** Waiting for removal by maintenance. */
  coloured: boolean;
  /** Seen in the directory. */
  listed: boolean;
}

const NONE = -1;

export class BlobIndex {
  /** First row of each blob. */
  readonly #rows = new Map<string, number>();
  readonly #packfiles: PackfileState[] = [];
  readonly #packfileNumbers = new Map<string, number>();
  readonly #snapshots = new Map<string, Mac>();
  readonly #coloured = new Set<string>();
  /** Blobs whose every stored copy was found damaged. */
  readonly #distrusted = new Set<string>();
  /** Blobs of which a place was withdrawn, for a better one or for none. */
  readonly #withdrawn = new Set<string>();
  #packfile = new Int32Array(1024);
  #offset = new Float64Array(1024);
  #length = new Uint32Array(1024);
  /** The next location of the same blob. */
  #next = new Int32Array(1024);
  #used = 0;
  /** Records of one packfile follow each other. */
  #newest: { readonly mac: Mac; readonly number: number } | undefined;

  /** Applies the records of one state; parents first. */
  apply(records: readonly StateRecord[]): void {
    for (const record of records) {
      switch (record.kind) {
        case "location":
          this.#addLocation(record.type, record.mac, this.#numberOf(record.packfile), record);
          break;
        case "coloured":
          this.#colour(record.type, record.mac, true);
          break;
        case "packfile":
          this.#packfileState(toHex(record.packfile)).known = true;
          break;
        case "deletion":
          this.#delete(record);
          break;
      }
    }
  }

  #numberOf(mac: Mac): number {
    // The very same array, as a state's records of one packfile share it.
    if (this.#newest?.mac === mac) return this.#newest.number;
    const number = this.#packfileNumber(toHex(mac));
    this.#newest = { mac, number };
    return number;
  }

  #packfileNumber(name: string): number {
    const known = this.#packfileNumbers.get(name);
    if (known !== undefined) return known;
    const number = this.#packfiles.length;
    this.#packfiles.push({ name, known: false, coloured: false, listed: false });
    this.#packfileNumbers.set(name, number);
    return number;
  }

  #packfileState(name: string): PackfileState {
    return this.#packfiles[this.#packfileNumber(name)] as PackfileState;
  }

  #addLocation(
    type: ResourceType,
    mac: Mac,
    packfile: number,
    place: { readonly offset: number; readonly length: number },
  ): void {
    const key = blobKey(type, mac);
    let last = NONE;
    for (let row = this.#rows.get(key) ?? NONE; row !== NONE; row = this.#next[row] as number) {
      if (this.#packfile[row] === packfile) return;
      last = row;
    }
    const row = this.#newRow();
    this.#packfile[row] = packfile;
    this.#offset[row] = place.offset;
    this.#length[row] = place.length;
    this.#next[row] = NONE;
    if (last === NONE) this.#rows.set(key, row);
    else this.#next[last] = row;
    if (type === Resource.snapshot) this.#snapshots.set(toHex(mac), mac);
  }

  #newRow(): number {
    if (this.#used === this.#length.length) {
      const grow = <T extends Int32Array | Float64Array | Uint32Array>(to: T, from: T): T => {
        to.set(from);
        return to;
      };
      const size = this.#used * 2;
      this.#packfile = grow(new Int32Array(size), this.#packfile);
      this.#offset = grow(new Float64Array(size), this.#offset);
      this.#length = grow(new Uint32Array(size), this.#length);
      this.#next = grow(new Int32Array(size), this.#next);
    }
    return this.#used++;
  }

  #colour(type: ResourceType, mac: Mac, on: boolean): void {
    if (type === Resource.packfile) this.#packfileState(toHex(mac)).coloured = on;
    else if (on) this.#coloured.add(blobKey(type, mac));
    else this.#coloured.delete(blobKey(type, mac));
  }

  #delete(record: StateRecord & { kind: "deletion" }): void {
    if (record.of === "coloured") this.#colour(record.type, record.mac, false);
    else if (record.of === "location")
      this.#removeLocation(blobKey(record.type, record.mac), toHex(record.packfile));
    else if (record.of === "packfile") {
      // Its locations go with it: a later packfile record of the same name starts empty.
      const name = toHex(record.packfile);
      this.#packfileState(name).known = false;
      this.#packfileNumbers.delete(name);
      this.#newest = undefined;
    }
  }

  #removeLocation(key: string, packfileName: string): void {
    const packfile = this.#packfileNumbers.get(packfileName);
    this.#withdrawn.add(key);
    let last = NONE;
    for (let row = this.#rows.get(key) ?? NONE; row !== NONE; row = this.#next[row] as number) {
      const next = this.#next[row] as number;
      if (this.#packfile[row] === packfile) {
        if (last !== NONE) this.#next[last] = next;
        else if (next !== NONE) this.#rows.set(key, next);
        else this.#rows.delete(key);
        return;
      }
      last = row;
    }
  }

  /** Tells which packfiles lie in the directory now. */
  setListed(names: ReadonlySet<string>): void {
    for (const packfile of this.#packfiles) packfile.listed = names.has(packfile.name);
  }

  /** Names of the packfiles that a new snapshot may rely on. */
  usablePackfiles(): Set<string> {
    return new Set(this.#packfiles.filter(isUsable).map((packfile) => packfile.name));
  }

  /**
   * What the states tell of and a new snapshot may not rely on, in no order: packfiles, blobs without a place, and blobs whose
   * copies are damaged. A snapshot made now relies on none of it.
   */
  unusable(): string[] {
    const packfiles = this.#packfiles.filter((one) => !isUsable(one)).map(({ name }) => name);
    const homeless = [...this.#withdrawn].filter((key) => !this.usableByKey(key));
    const blobs = [...homeless, ...this.#distrusted].map(
      (key) => `${key.charCodeAt(0)}:${toHex(macOfKey(key))}`,
    );
    return [...new Set([...packfiles, ...blobs])];
  }

  /** Every packfile of the states, for a full check. */
  knownPackfiles(): string[] {
    return this.#packfiles.filter((packfile) => packfile.known).map((packfile) => packfile.name);
  }

  /** True when the blob need not be written again. */
  usable(type: ResourceType, mac: Mac): boolean {
    return this.usableByKey(blobKey(type, mac));
  }

  /** {@link usable} of a {@link blobKey}. */
  usableByKey(key: string): boolean {
    if (this.#distrusted.has(key)) return false;
    for (let row = this.#rows.get(key) ?? NONE; row !== NONE; row = this.#next[row] as number)
      if (isUsable(this.#packfiles[this.#packfile[row] as number] as PackfileState)) return true;
    return false;
  }

  /** Makes the next snapshot store the blob anew: its stored copies are damaged. */
  distrust(type: ResourceType, mac: Mac): void {
    this.#distrusted.add(blobKey(type, mac));
  }

  trust(type: ResourceType, mac: Mac): void {
    this.#distrusted.delete(blobKey(type, mac));
  }

  trustAll(): void {
    this.#distrusted.clear();
  }

  /** Blobs named by {@link distrust} and not stored anew since. */
  distrusted(): { readonly type: ResourceType; readonly mac: Mac }[] {
    return [...this.#distrusted].map((key) => ({
      type: key.charCodeAt(0),
      mac: macOfKey(key),
    }));
  }

  /** Places that are known: of one blob there may be several. */
  get places(): number {
    return this.#used;
  }

  /** Blobs with a place in one of these packfiles, padding aside. */
  blobsIn(packfiles: ReadonlySet<string>): { readonly type: ResourceType; readonly mac: Mac }[] {
    const numbers = new Set([...packfiles].map((name) => this.#packfileNumbers.get(name)));
    const found: { readonly type: ResourceType; readonly mac: Mac }[] = [];
    for (const [key, first] of this.#rows) {
      const type = key.charCodeAt(0);
      if (type === Resource.random) continue;
      let row = first;
      while (row !== NONE && !numbers.has(this.#packfile[row])) row = this.#next[row] as number;
      if (row !== NONE) found.push({ type, mac: macOfKey(key) });
    }
    return found;
  }

  /** Every place the blob may be read from, the best first; those waiting for removal last. */
  locations(type: ResourceType, mac: Mac): BlobLocation[] {
    const first = this.#rows.get(blobKey(type, mac)) ?? NONE;
    if (first === NONE) return [];
    const found: { place: BlobLocation; coloured: boolean }[] = [];
    for (let row = first; row !== NONE; row = this.#next[row] as number) {
      const packfile = this.#packfiles[this.#packfile[row] as number] as PackfileState;
      if (!packfile.known) continue;
      found.push({
        place: {
          packfile: packfile.name,
          offset: this.#offset[row] as number,
          length: this.#length[row] as number,
        },
        coloured: packfile.coloured,
      });
    }
    return found.sort((a, b) => Number(a.coloured) - Number(b.coloured)).map(({ place }) => place);
  }

  /** Ids of the snapshots that are there and not deleted. */
  snapshots(): Mac[] {
    return [...this.#snapshots.values()].filter((mac) => this.hasSnapshot(mac));
  }

  hasSnapshot(mac: Mac): boolean {
    return (
      !this.#coloured.has(blobKey(Resource.snapshot, mac)) &&
      this.locations(Resource.snapshot, mac).length > 0
    );
  }
}

function isUsable(packfile: PackfileState): boolean {
  return packfile.known && packfile.listed && !packfile.coloured;
}
