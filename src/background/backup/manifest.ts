/**
 * `/manifest/<account>/<calendar>.json`: what is known of a calendar beside its resources. Written with a fixed
 * order of keys, so that an unchanged calendar makes the same bytes; read leniently, since a later version or
 * another program may have written it.
 */
import * as v from "valibot";
import type { KnownCalendar } from "./ports.ts";

export interface CalendarManifest {
  readonly version: 1;
  readonly calendarId: string;
  readonly displayName: string;
  readonly color: string | null;
  readonly components: readonly string[];
  readonly url: string;
  readonly type: string;
  readonly readOnly: boolean;
  /** Place in Thunderbird's list, from 0. */
  readonly order: number;
  /** Last sync without error, milliseconds since the epoch. */
  readonly lastGoodSync: number | null;
  /** Set when this calendar could not be read and was carried forward from an earlier snapshot. */
  readonly staleSince: number | null;
  /** Resources that could not be read or shown, with the reason in words. */
  readonly quarantine: readonly { readonly name: string; readonly reason: string }[];
  /** File name → name in the calendar, only where the file name could not carry it. */
  readonly names: Readonly<Record<string, string>>;
  /** The calendar was gone: the snapshot holds what was replaced or removed of it, and nothing that was current. */
  readonly gone?: boolean | undefined;
  /** Absent where it was not read whole, and of calendars that nobody can name the contents of. */
  readonly readWhole?: ReadWhole | undefined;
}

/** When the calendar was read item by item last, of which later snapshots took its part over. */
export interface ReadWhole {
  /** As the item store names its contents. */
  readonly name: string;
  /** Which version of the program read it. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const Shape = v.object({
  version: v.literal(1),
  calendarId: v.optional(v.string(), ""),
  displayName: v.optional(v.string(), ""),
  color: v.optional(v.nullable(v.string()), null),
  components: v.optional(v.array(v.string()), []),
  url: v.optional(v.string(), ""),
  type: v.optional(v.string(), ""),
  readOnly: v.optional(v.boolean(), false),
  order: v.optional(v.number(), 0),
  lastGoodSync: v.optional(v.nullable(v.number()), null),
  staleSince: v.optional(v.nullable(v.number()), null),
  quarantine: v.optional(v.array(v.object({ name: v.string(), reason: v.string() })), []),
  names: v.optional(v.record(v.string(), v.string()), {}),
  gone: v.optional(v.boolean()),
  readWhole: v.optional(v.object({ name: v.string(), by: v.string(), at: v.number() })),
});

export function makeManifest(
  calendar: KnownCalendar,
  order: number,
  found: Pick<CalendarManifest, "quarantine" | "names" | "readWhole">,
): CalendarManifest {
  return {
    version: 1,
    calendarId: calendar.calendarId,
    displayName: calendar.displayName,
    color: calendar.color,
    components: calendar.components,
    url: calendar.url,
    type: calendar.type,
    readOnly: calendar.readOnly,
    order,
    lastGoodSync: calendar.lastGoodSync,
    staleSince: null,
    quarantine: found.quarantine,
    names: found.names,
    ...(found.readWhole && { readWhole: found.readWhole }),
  };
}

export function encodeManifest(manifest: CalendarManifest): Uint8Array {
  const names = Object.fromEntries(
    Object.entries(manifest.names).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return new TextEncoder().encode(`${JSON.stringify({ ...manifest, names }, null, 2)}\n`);
}

/** `undefined` for bytes that are no manifest: the calendar's resources are still there without it. */
export function decodeManifest(bytes: Uint8Array): CalendarManifest | undefined {
  try {
    const parsed = v.safeParse(Shape, JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
