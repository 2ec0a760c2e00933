/** The test server's PUT and DELETE: preconditions, refusals, and what is made of a body that is taken. */
import { type StoredCalendar, type StoredResource, uidOf } from "./calendar-store.ts";
import type { DavAnswer, DavRequest } from "./dav-semantics.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import { errorBody, escapeXml } from "./multistatus-writer.ts";
import type { ShownProperties, Target } from "./shown-properties.ts";

const XML = { "Content-Type": "application/xml; charset=utf-8" };

export class ResourceWrites {
  readonly #calendars: Map<string, StoredCalendar>;
  readonly #shown: ShownProperties;
  readonly #misbehaviours: () => Misbehaviours;
  #chosenNames = 0;

  constructor(
    calendars: Map<string, StoredCalendar>,
    shown: ShownProperties,
    misbehaviours: () => Misbehaviours,
  ) {
    this.#calendars = calendars;
    this.#shown = shown;
    this.#misbehaviours = misbehaviours;
  }

  get #is(): Misbehaviours {
    return this.#misbehaviours();
  }

  put(target: Target, request: DavRequest): DavAnswer {
    if (target.kind !== "resource") return { status: target.kind === "unknown" ? 409 : 405 };
    if (this.#is.forbidWrites) return needPrivileges();
    const { calendar } = target;
    const existing = calendar.resources.get(target.name);
    if (!this.#preconditionHolds(request, existing)) return { status: 412 };
    const text = request.body.toString("utf8");
    const refusal = this.#refusalOf(calendar, target.name, text);
    if (refusal !== null) return refusal;
    const isChosen = existing === undefined && this.#is.choosesNames;
    const name = isChosen ? `chosen-${++this.#chosenNames}.ics` : target.name;
    const stored = calendar.write(name, this.#stored(text, request.body, existing === undefined));
    const etag = this.#is.putWithoutETag ? null : this.#shown.etagOf(stored);
    const scheduleTag = this.#shown.scheduleTagOf(stored);
    return {
      status: existing ? 204 : 201,
      headers: {
        ...(etag === null ? {} : { ETag: etag }),
        ...(scheduleTag === null ? {} : { "Schedule-Tag": scheduleTag }),
        ...(isChosen ? { Location: this.#shown.resourceHref(calendar, name) } : {}),
      },
    };
  }

  /** What the server keeps of a body. */
  #stored(text: string, body: Buffer, isNew: boolean): Buffer {
    let kept = text;
    if (isNew && this.#is.changesUids) kept = kept.replace(/^UID:(.*)$/gm, "UID:server-$1");
    if (this.#is.rewritesBodies) kept = rewrite(kept);
    return kept === text ? body : Buffer.from(kept, "utf8");
  }

  #refusalOf(calendar: StoredCalendar, name: string, text: string): DavAnswer | null {
    if (!/^\uFEFF?BEGIN:VCALENDAR/i.test(text)) {
      return { status: 403, headers: XML, body: errorBody("<C:valid-calendar-data/>") };
    }
    const { largestBody, isFull, needsLength, refusesSeveralUids, duplicateUid } = this.#is;
    if (
      needsLength &&
      /^DTSTART[^\r\n]*T\d{6}/m.test(text) &&
      !/^(?:DTEND|DURATION)[:;]/m.test(text)
    ) {
      const words = "<D:responsedescription>DTEND must occur after DTSTART</D:responsedescription>";
      return { status: 403, headers: XML, body: errorBody(`<C:valid-calendar-data/>${words}`) };
    }
    if (largestBody !== null && Buffer.byteLength(text) > largestBody) {
      return { status: 413, headers: XML, body: errorBody("<C:max-resource-size/>") };
    }
    if (isFull) return { status: 507, headers: XML, body: errorBody("<D:quota-not-exceeded/>") };
    if (refusesSeveralUids && new Set(text.match(/^UID:.*$/gm)).size > 1) {
      return { status: 400, body: "Multiple UIDs in one resource" };
    }
    const uid = uidOf(text);
    if (uid === undefined || duplicateUid === "accepted") return null;
    const others = this.#is.uidsOfAccount ? [...this.#calendars.values()] : [calendar];
    for (const other of others) {
      const holder = other.holderOf(uid, other === calendar ? name : "");
      if (holder !== undefined) return this.#uidRefused(this.#shown.resourceHref(other, holder));
    }
    const isInBin = this.#is.keepsDeletedUids && calendar.deletedUids.has(uid);
    return isInBin && !calendar.resources.has(name) ? this.#uidRefused(null) : null;
  }

  #uidRefused(holder: string | null): DavAnswer {
    const status = this.#is.duplicateUid;
    switch (status) {
      case 400:
        return {
          status,
          headers: XML,
          body: `<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception><s:message>Calendar object with uid already exists in this calendar collection.</s:message></d:error>`,
        };
      case 412:
        return { status };
      case 409:
        return { status, headers: XML, body: errorBody("<C:no-uid-conflict/>") };
      default: {
        const href = holder === null ? "" : `<D:href>${escapeXml(holder)}</D:href>`;
        const name =
          status === "403-scheduling" ? "unique-scheduling-object-resource" : "no-uid-conflict";
        const body = errorBody(`<C:${name}>${href}</C:${name}>`);
        return { status: 403, headers: XML, body };
      }
    }
  }

  delete(target: Target, request: DavRequest): DavAnswer {
    if (target.kind === "calendar") {
      if (this.#is.forbidWrites) return needPrivileges();
      this.#calendars.delete(target.calendar.name);
      return { status: 204 };
    }
    if (target.kind !== "resource") return { status: 404 };
    if (this.#is.forbidWrites) return needPrivileges();
    const existing = target.calendar.resources.get(target.name);
    if (!existing) return { status: 404 };
    if (!this.#preconditionHolds(request, existing)) return { status: 412 };
    target.calendar.remove(target.name);
    return { status: 204 };
  }

  /** RFC 9110 §13.1: If-Match compares strongly, If-None-Match weakly. RFC 6638 §3.2.10. */
  #preconditionHolds({ headers }: DavRequest, existing: StoredResource | undefined): boolean {
    const ifMatch = headers["if-match"];
    const ifNoneMatch = headers["if-none-match"];
    const ifScheduleTag = headers["if-schedule-tag-match"];
    const tag = existing ? this.#shown.strongTagOf(existing) : null;
    if (typeof ifMatch === "string") {
      if (tag === null) return false;
      const isStrong = this.#is.weakETags !== "always";
      if (ifMatch.trim() !== "*" && !(isStrong && listed(ifMatch, tag))) return false;
    }
    if (typeof ifNoneMatch === "string" && tag !== null && !this.#is.ignoresIfNoneMatch) {
      if (ifNoneMatch.trim() === "*") return false;
      if (listed(ifNoneMatch.replaceAll("W/", ""), tag)) return false;
    }
    if (typeof ifScheduleTag === "string") {
      return existing !== undefined && this.#shown.scheduleTagOf(existing) === ifScheduleTag;
    }
    return true;
  }
}

export function needPrivileges(): DavAnswer {
  return { status: 403, headers: XML, body: errorBody("<D:need-privileges/>") };
}

function listed(header: string, tag: string): boolean {
  return header
    .split(",")
    .map((one) => one.trim())
    .includes(tag);
}

/** What re-serialising servers do: another product id, and one more property. */
function rewrite(text: string): string {
  return text
    .replace(/^PRODID:.*$/m, "PRODID:-//Rewriting Test Server//EN\r")
    .replace(/^END:(VEVENT|VTODO)/m, "X-REWRITTEN:TRUE\r\nEND:$1");
}
