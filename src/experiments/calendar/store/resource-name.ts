/**
 * The name a new resource gets on the server, fixed at the moment of the edit so that a second try finds the
 * first one's result. Only characters that need no escaping anywhere: names pass through URLs, servers' file
 * systems and folders of a restore. Pure.
 */

const SAFE_UID = /^[A-Za-z0-9][A-Za-z0-9_-]*(?:[.@][A-Za-z0-9_-]+)*$/;
const MAX_UID_LENGTH = 120;
/** Device names of Windows, with or without an extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** @param fallback a name without extension for a UID that is no safe name */
export function resourceNameFor(uid: string, fallback: string): string {
  const isSafe = uid.length <= MAX_UID_LENGTH && SAFE_UID.test(uid) && !RESERVED.test(uid);
  return `${isSafe ? uid : fallback}.ics`;
}
