/**
 * Items of calendars that are switched off in the list. Thunderbird's calendars answer such a query with nothing,
 * which a caller could only read as "empty": a backup would call a full calendar empty.
 */

type Providing = calICalendar & { mCachedCalendar?: calICalendar };

/** Like `calendar.getItems`, also for a disabled calendar. */
export function getItemsOf(
  calendar: calICalendar,
  bits: number,
  count: number,
  start: calIDateTime | null,
  end: calIDateTime | null,
): CalItemStream {
  const implementations = [calendar, implementationOf(calendar).mCachedCalendar]
    .filter((each) => each !== undefined)
    .map(implementationOf);
  // The property is asked in the very call, before anything is awaited: nobody else sees the mask.
  for (const each of implementations) maskDisabled(each);
  try {
    return calendar.getItems(bits, count, start, end);
  } finally {
    for (const each of implementations) Reflect.deleteProperty(each, "getProperty");
  }
}

/** Behind the XPCOM wrapper. */
function implementationOf(calendar: calICalendar): Providing {
  return (calendar.wrappedJSObject ?? calendar) as unknown as Providing;
}

function maskDisabled(calendar: Providing): void {
  const getProperty = calendar.getProperty.bind(calendar);
  Object.defineProperty(calendar, "getProperty", {
    configurable: true,
    value: (name: string) => (name === "disabled" ? null : getProperty(name)),
  });
}
