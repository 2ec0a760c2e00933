/** The test server's reports: sync-collection (RFC 6578), calendar-multiget and calendar-query (RFC 4791 §7). */
import { type StoredCalendar, uidOf } from "./calendar-store.ts";
import type { DavAnswer } from "./dav-semantics.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import {
  errorBody,
  multistatus,
  type Property,
  propstatResponse,
  statusResponse,
} from "./multistatus-writer.ts";
import {
  child,
  childrenOf,
  propertiesIn,
  type RequestElement,
  readRequestXml,
} from "./request-xml.ts";
import type { ShownProperties } from "./shown-properties.ts";

const XML = { "Content-Type": "application/xml; charset=utf-8" };

export class Reports {
  readonly #shown: ShownProperties;
  readonly #misbehaviours: () => Misbehaviours;

  constructor(shown: ShownProperties, misbehaviours: () => Misbehaviours) {
    this.#shown = shown;
    this.#misbehaviours = misbehaviours;
  }

  get #is(): Misbehaviours {
    return this.#misbehaviours();
  }

  answer(calendar: StoredCalendar, body: Buffer): DavAnswer {
    const report = readRequestXml(body.toString("utf8"));
    switch (report.local) {
      case "sync-collection":
        return this.#syncCollection(calendar, report);
      case "calendar-multiget":
        return this.#multiget(calendar, report);
      case "calendar-query":
        return this.#query(calendar, report);
      default:
        return { status: 403, headers: XML, body: errorBody("<D:supported-report/>") };
    }
  }

  #syncCollection(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    if (this.#is.noSyncCollection) {
      return { status: 403, headers: XML, body: errorBody("<D:supported-report/>") };
    }
    const element = child(report, "sync-token");
    const token = element?.text.trim() ?? "";
    const isFirst = token === "" || this.#is.tellsEverything;
    if (token === "" && !this.#takesFirst(element === undefined)) return { status: 400 };
    const since = isFirst ? 0 : this.#revisionOf(calendar, token);
    if (since === undefined) return this.#tokenRefused();
    const asked = propertiesIn(report);
    const { forgetsChanges, listsLate } = this.#is;
    // Without a token only what is there counts (RFC 6578 §3.4).
    const changes = this.#is.listsNothing
      ? []
      : calendar
          .changesAfter(since)
          .filter(({ removed }) => !(isFirst && removed))
          .filter(({ name }) => !listsLate.includes(name))
          .filter(({ name }) => isFirst || !forgetsChanges.includes(name));
    const page = changes.slice(0, this.#is.pageSize ?? changes.length);
    const cut = page.length < changes.length;
    const responses = page.map(({ name, removed }) => {
      return removed
        ? statusResponse(this.#shown.resourceHref(calendar, name), this.#is.removedAs)
        : this.#response(calendar, name, asked);
    });
    if (this.#is.listsItself) {
      responses.unshift(statusResponse(this.#shown.calendarHref(calendar), 200));
    }
    if (cut) {
      const reason = "<D:error><D:number-of-matches-within-limits/></D:error>";
      responses.push(statusResponse(this.#shown.calendarHref(calendar), 507, reason));
    }
    const reached = cut ? (page.at(-1)?.revision ?? since) : calendar.revision;
    const newToken =
      cut && this.#is.pageWithoutToken ? null : this.#shown.tokenOf(calendar, reached);
    return { status: 207, headers: XML, body: multistatus(responses, newToken) };
  }

  #takesFirst(isOmitted: boolean): boolean {
    const { firstToken } = this.#is;
    return firstToken === "any" || firstToken === (isOmitted ? "omitted" : "empty");
  }

  /** `undefined` for a token that is not, or no longer, this calendar's. */
  #revisionOf(calendar: StoredCalendar, token: string): number | undefined {
    const [, incarnation, revision] = /^urn:keeper-test:(\d+):(\d+)$/.exec(token) ?? [];
    if (Number(incarnation) !== calendar.incarnation) return undefined;
    const since = Number(revision);
    return since < calendar.oldestToken || since > calendar.revision ? undefined : since;
  }

  #tokenRefused(): DavAnswer {
    const { expiredToken } = this.#is;
    if (typeof expiredToken === "string")
      return {
        status: Number.parseInt(expiredToken, 10),
        headers: { "Content-Type": "text/plain; charset=utf-8" },
        body: "Bad token",
      };
    return { status: expiredToken, headers: XML, body: errorBody("<D:valid-sync-token/>") };
  }

  #multiget(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    const asked = propertiesIn(report);
    const { multigetOmits, multigetNotFound } = this.#is;
    const responses: string[] = [];
    for (const { text } of childrenOf(report, "href")) {
      const pathname = new URL(text.trim(), "http://localhost").pathname;
      const name = decodeURIComponent(pathname.split("/").at(-1) ?? "");
      if (multigetOmits.includes(name)) continue;
      // RFC 4791 §7.9: every href asked for is answered, here in the server's own spelling.
      const found = calendar.resources.has(name) && !multigetNotFound.includes(name);
      responses.push(
        found
          ? this.#response(calendar, name, asked)
          : statusResponse(this.#shown.resourceHref(calendar, name), 404),
      );
    }
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  /** Filters by component name and by the UID's text only; the rest of a filter is taken as met. */
  #query(calendar: StoredCalendar, report: RequestElement): DavAnswer {
    const asked = propertiesIn(report);
    const component = child(child(child(report, "filter"), "comp-filter"), "comp-filter");
    const uid = component
      ? childrenOf(component, "prop-filter")
          .filter((filter) => filter.attributes.get("name") === "UID")
          .map((filter) => child(filter, "text-match")?.text)[0]
      : undefined;
    const wanted = component?.attributes.get("name");
    const responses = [...calendar.resources]
      .filter(([, { bytes }]) => {
        if (this.#is.searchFindsNothing) return false;
        const text = bytes.toString("utf8");
        if (wanted !== undefined && !text.includes(`BEGIN:${wanted}`)) return false;
        return uid === undefined || (uidOf(text) ?? "").includes(uid);
      })
      .map(([name]) => this.#response(calendar, name, asked));
    return { status: 207, headers: XML, body: multistatus(responses) };
  }

  #response(calendar: StoredCalendar, name: string, asked: readonly Property[]): string {
    const target = { kind: "resource", calendar, name } as const;
    return propstatResponse(
      this.#shown.resourceHref(calendar, name),
      this.#is.listsItself ? 200 : null,
      asked.map((property) => ({ property, value: this.#shown.valueOf(target, property) })),
    );
  }
}
