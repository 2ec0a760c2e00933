/**
 * Scheduling on the server (RFC 6638): whether it sends invitations by itself, the user's addresses, and the outbox
 * that answers questions for free and busy times. What Thunderbird makes of it is decided elsewhere.
 */
import { AppError } from "../../shared/errors.ts";
import { withRetry } from "../transport/retry.ts";
import type { Transport } from "../transport/transport.ts";
import { DavClient } from "../webdav/dav-client.ts";
import { resolveForeignHref, withPathOf } from "../webdav/href.ts";
import { caldav, dav, type QName } from "../webdav/names.ts";
import { childrenNamed, textOf, type XmlParser } from "../webdav/xml.ts";
import { type BusyInterval, type FreeBusyQuestion, freeBusyRequest } from "./free-busy-text.ts";
import { readScheduleResponse } from "./schedule-response.ts";

export interface SchedulingOptions {
  /** With the account's credentials. */
  readonly transport: Transport;
  readonly parseXml?: XmlParser;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly newId?: () => string;
}

export interface PrincipalScheduling {
  readonly autoSchedule: boolean;
  /** Addresses of `mailto:` URIs, without it, the preferred one first. */
  readonly addresses: readonly string[];
  /** Absolute URL. */
  readonly outbox: string | null;
}

/** RFC 6638 §2: the feature's name in the DAV header. */
const AUTO_SCHEDULE = "calendar-auto-schedule";

export class SchedulingServer {
  readonly #client: DavClient;
  readonly #transport: Transport;
  readonly #options: SchedulingOptions;

  constructor(options: SchedulingOptions) {
    this.#options = options;
    this.#transport = withRetry(options.transport, { maxRepeats: 1 });
    this.#client = new DavClient({ transport: this.#transport, parseXml: options.parseXml });
  }

  /**
   * @param home a calendar home set: the feature is announced there
   * @throws AppError of the requests
   */
  async look(principal: string, home: string, signal: AbortSignal): Promise<PrincipalScheduling> {
    const multistatus = await this.#client.propfind(principal, "0", PROPERTIES, signal);
    const own = multistatus.responses[0];
    const hrefs = (name: QName) => {
      const property = own?.property(name);
      return property ? childrenNamed(property, dav("href")) : [];
    };
    const addresses = hrefs(caldav("calendar-user-address-set"))
      .map((href) => ({
        address: mailAddress(textOf(href).trim()),
        // CalendarServer's mark of the address the user prefers.
        preferred: href.getAttribute("preferred") === "1",
      }))
      .sort((a, b) => Number(b.preferred) - Number(a.preferred))
      .flatMap(({ address }) => (address === null ? [] : [address]));
    const [outbox] = hrefs(caldav("schedule-outbox-URL"));
    return {
      autoSchedule: await this.#announces(home, signal),
      addresses: [...new Set(addresses)],
      outbox: outbox === undefined ? null : urlIn(textOf(outbox).trim(), multistatus.url),
    };
  }

  /**
   * Free and busy times of one person (RFC 6638 §5).
   * @returns `null`: the server knows nothing of this person
   * @throws AppError of the request
   */
  async freeBusy(
    outbox: string,
    question: FreeBusyQuestion,
    signal: AbortSignal,
  ): Promise<readonly BusyInterval[] | null> {
    const { now = Date.now, newId = () => crypto.randomUUID() } = this.#options;
    const response = await this.#transport.send({
      method: "POST",
      url: outbox,
      headers: {
        "Content-Type": "text/calendar; charset=utf-8; component=VFREEBUSY; method=REQUEST",
        // Of the drafts before RFC 6638; some servers still want them.
        Originator: `mailto:${question.originator}`,
        Recipient: `mailto:${question.attendee}`,
      },
      body: freeBusyRequest(question, newId(), now()),
      signal,
    });
    if (response.status !== 200) {
      throw new AppError("http", "The server did not say when this person is free.", {
        hint: "Nothing was changed. Ask the person, or try again later.",
        details: { status: response.status },
      });
    }
    return readScheduleResponse(response.bytes, question, this.#options.parseXml);
  }

  /** False also where the server does not answer OPTIONS: then Thunderbird sends mail, which always arrives. */
  async #announces(url: string, signal: AbortSignal): Promise<boolean> {
    const response = await this.#transport.send({ method: "OPTIONS", url, headers: {}, signal });
    const features = response.headers.get("dav") ?? "";
    return features
      .toLowerCase()
      .split(",")
      .some((feature) => feature.trim() === AUTO_SCHEDULE);
  }
}

const PROPERTIES = [caldav("calendar-user-address-set"), caldav("schedule-outbox-URL")];

/** `null` for addresses of another kind (`urn:uuid:`, paths), by which nobody invites from outside. */
function mailAddress(uri: string): string | null {
  const address = /^mailto:([^?]+)/i.exec(uri)?.[1]?.trim() ?? uri;
  if (!/^[^@\s/:]+@[^@\s/:]+$/.test(address)) return null;
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

function urlIn(href: string, base: string): string | null {
  if (href === "") return null;
  try {
    const url = resolveForeignHref(href, base);
    const asked = new URL(base);
    // Behind a proxy that ends TLS, servers name themselves with http.
    return url.hostname === asked.hostname ? withPathOf(asked, url).href : url.href;
  } catch {
    return null;
  }
}
