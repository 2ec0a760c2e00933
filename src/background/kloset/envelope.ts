/**
 * The envelope of the four kinds of files (CONFIG, lock, state, packfile): magic, type and version before the
 * body, a MAC over all of it behind. Blobs inside packfiles have none.
 */
import { equalBytes } from "../../shared/bytes.ts";
import { corrupt, unknownVersion } from "./corruption.ts";
import { type Hashing, MAC_LENGTH } from "./mac.ts";
import { newestKnownVersion, type ResourceType, resourceName, versionText } from "./resource.ts";

export const ENVELOPE_HEADER = 16;

const magics = ["_KLOSET_", "_PLAKAR_"];

export function envelopeHeader(type: ResourceType, version: number): Uint8Array {
  const header = new Uint8Array(ENVELOPE_HEADER);
  header.set(new TextEncoder().encode("_KLOSET_"));
  const view = new DataView(header.buffer);
  view.setUint32(8, type, true);
  view.setUint32(12, version, true);
  return header;
}

export function wrap(
  type: ResourceType,
  version: number,
  body: Uint8Array,
  hashing: Pick<Hashing, "mac">,
): Uint8Array {
  const file = new Uint8Array(ENVELOPE_HEADER + body.length + MAC_LENGTH);
  file.set(envelopeHeader(type, version));
  file.set(body, ENVELOPE_HEADER);
  const end = ENVELOPE_HEADER + body.length;
  file.set(hashing.mac(file.subarray(0, end)), end);
  return file;
}

export interface Envelope {
  readonly version: number;
  readonly body: Uint8Array;
}

/** True when the bytes start like any file of a Kloset store. */
export function looksLikeKloset(file: Uint8Array): boolean {
  return magics.includes(String.fromCharCode(...file.subarray(0, 8)));
}

/**
 * Header and body, the MAC not yet verified.
 * @throws AppError "store-corrupt", "store-unknown-version"
 */
export function parseEnvelope(file: Uint8Array, type: ResourceType, what: string): Envelope {
  if (file.length < ENVELOPE_HEADER + MAC_LENGTH) throw corrupt(`${what} is cut off`);
  if (!looksLikeKloset(file)) throw corrupt(`${what} does not start like a Kloset file`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const found = view.getUint32(8, true);
  if (found !== type)
    throw corrupt(`${what} is a ${resourceName(found)}, not a ${resourceName(type)}`);
  const version = view.getUint32(12, true);
  if (version > newestKnownVersion(type))
    throw unknownVersion(`${what} has version ${versionText(version)}`, { version });
  return { version, body: file.subarray(ENVELOPE_HEADER, file.length - MAC_LENGTH) };
}

/** @throws AppError "store-corrupt" */
export function verifyEnvelope(
  file: Uint8Array,
  hashing: Pick<Hashing, "mac">,
  what: string,
): void {
  const end = file.length - MAC_LENGTH;
  if (!equalBytes(hashing.mac(file.subarray(0, end)), file.subarray(end)))
    throw corrupt(`${what} does not match its checksum`);
}

/** {@link parseEnvelope} and {@link verifyEnvelope}. */
export function unwrap(
  file: Uint8Array,
  type: ResourceType,
  hashing: Pick<Hashing, "mac">,
  what: string,
): Envelope {
  const envelope = parseEnvelope(file, type, what);
  verifyEnvelope(file, hashing, what);
  return envelope;
}
