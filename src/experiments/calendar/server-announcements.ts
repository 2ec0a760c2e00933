/**
 * Tells of a calendar's observers that what they hear of came from the server side, not from an edit: views have
 * to know of both, an add-on that listens for edits must not hear of what it wrote itself.
 */
let announcing = false;

/** @param tell calls observers; they are called in the same turn */
export function announceServerSide(tell: () => void): void {
  const before = announcing;
  announcing = true;
  try {
    tell();
  } finally {
    announcing = before;
  }
}

/** Asked by an observer while it is called. */
export function isServerSideAnnouncement(): boolean {
  return announcing;
}
