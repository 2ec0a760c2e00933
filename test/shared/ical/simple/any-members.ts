/** Members of an event as callers may give them, in the form in which they read back. */
import fc from "fast-check";

const text = fc
  .string({ unit: "grapheme", maxLength: 90 })
  .filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const word = text.map((value) => value.trim()).filter((value) => value !== "");
const address = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9.]{0,8}$/), fc.stringMatching(/^[a-z]{1,8}$/))
  .map(([name, host]) => `${name}@${host}.example`);
const addresses = fc.uniqueArray(address, { minLength: 1, maxLength: 3 });

function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
const second = fc.integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2090, 0, 1) / 1000 });
const utc = second.map((value) => `${iso(value * 1000)}Z`);

const person = {
  name: word,
  sentBy: address,
  language: fc.constantFrom("de", "en-GB"),
  directory: fc.constantFrom("ldap://example.org/a,b;c", "https://example.org/x"),
};
const attendee = fc.record(
  {
    ...person,
    address,
    role: fc.constantFrom("chair", "req-participant", "opt-participant", "non-participant"),
    status: fc.constantFrom("needs-action", "accepted", "declined", "tentative", "delegated"),
    type: fc.constantFrom("individual", "group", "resource", "room", "unknown"),
    rsvp: fc.boolean(),
    delegatedTo: addresses,
    delegatedFrom: addresses,
    memberOf: addresses,
  },
  { requiredKeys: ["address", "role", "status", "type", "rsvp"] },
);
const duration = fc.constantFrom("-PT15M", "PT0S", "-P1D", "PT1H30M", "-P2W");
const more = fc.record(
  {
    description: word,
    summary: word,
    attendees: addresses,
    attachments: fc.constant(["https://example.org/a.wav"]),
  },
  { requiredKeys: [] },
);
const alarm = fc
  .tuple(
    fc.constantFrom("display", "audio", "email"),
    fc.oneof(
      fc.record({ related: fc.constantFrom("start", "end"), offset: duration }),
      fc.record({ related: fc.constant("absolute"), date: utc }),
    ),
    more,
  )
  .map(([action, trigger, rest]) => ({ action, ...trigger, ...rest }));

const times = fc.oneof(
  fc
    .tuple(second, fc.integer({ min: 0, max: 1e6 }))
    .map(([start, length]) => [iso(start * 1000), iso((start + length) * 1000)]),
  fc
    .tuple(second, fc.integer({ min: 1, max: 50 }))
    .map(([start, days]) => [
      iso(start * 1000).slice(0, 10),
      iso((start + days * 86_400) * 1000).slice(0, 10),
    ]),
);

const nullable = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

export const anyMembers = fc
  .tuple(
    fc.record(
      {
        title: nullable(text),
        description: nullable(text),
        location: nullable(text),
        categories: nullable(fc.uniqueArray(word, { maxLength: 4 })),
        status: nullable(fc.constantFrom("tentative", "confirmed", "cancelled")),
        privacy: nullable(fc.constantFrom("public", "private", "confidential")),
        priority: nullable(fc.integer({ min: 0, max: 9 })),
        organizer: nullable(fc.record({ ...person, address }, { requiredKeys: ["address"] })),
        attendees: nullable(
          fc.uniqueArray(attendee, { maxLength: 4, selector: ({ address: key }) => key }),
        ),
        alarms: nullable(fc.array(alarm, { maxLength: 3 })),
        url: nullable(fc.constantFrom("https://example.org/a?b=c;d,e", "urn:x:y")),
        created: nullable(utc),
        updated: nullable(utc),
        sequence: nullable(fc.nat(1000)),
      },
      { requiredKeys: [] },
    ),
    fc.option(times),
  )
  .map(([members, moments]) =>
    moments ? { ...members, start: moments[0], end: moments[1] } : members,
  ) as fc.Arbitrary<Record<string, unknown>>;
