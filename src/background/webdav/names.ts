/** Qualified names of XML elements: namespace and local name together, because prefixes mean nothing. Pure. */

export interface QName {
  readonly namespace: string;
  readonly local: string;
}

export const NAMESPACE = {
  /** RFC 4918 §21.1 */
  dav: "DAV:",
  /** RFC 4791 §13 */
  caldav: "urn:ietf:params:xml:ns:caldav",
  /** Apple's CalendarServer extensions: getctag. */
  calendarServer: "http://calendarserver.org/ns/",
  /** calendar-color */
  apple: "http://apple.com/ns/ical/",
  /** Nextcloud: deleted-calendar, trash-bin. */
  nextcloud: "http://nextcloud.com/ns",
} as const;

export const dav = (local: string): QName => ({ namespace: NAMESPACE.dav, local });
export const caldav = (local: string): QName => ({ namespace: NAMESPACE.caldav, local });
export const calendarServer = (local: string): QName => ({
  namespace: NAMESPACE.calendarServer,
  local,
});
export const apple = (local: string): QName => ({ namespace: NAMESPACE.apple, local });

/** `{namespace}local`: a name as a key of maps and sets, and readable in an error. */
export function clark(name: QName): string {
  return `{${name.namespace}}${name.local}`;
}
