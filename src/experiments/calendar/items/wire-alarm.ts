/** Thunderbird's alarms as `messenger.calendar.items.CalendarItemAlarm`. */

export interface WireAlarm {
  readonly itemId: string;
  /** Lower case: "display", "email", "audio" … */
  readonly action: string;
  readonly related: "absolute" | "start" | "end";
  /** Of an absolute alarm: an iCalendar UTC time. */
  readonly date?: string;
  /** Of a relative alarm: an iCalendar duration, negative before its start or end. */
  readonly offset?: string;
}

export function toWireAlarm(item: calIItemBase, alarm: calIAlarm): WireAlarm {
  const { related, offset, alarmDate } = alarm;
  const { ALARM_RELATED_ABSOLUTE, ALARM_RELATED_END } = Ci.calIAlarm;
  return {
    itemId: item.id ?? "",
    action: alarm.action.toLowerCase(),
    related:
      related === ALARM_RELATED_ABSOLUTE
        ? "absolute"
        : related === ALARM_RELATED_END
          ? "end"
          : "start",
    ...(alarmDate == null ? {} : { date: alarmDate.icalString }),
    ...(offset == null ? {} : { offset: offset.icalString }),
  };
}
