/**
 * `items.onCreated/onUpdated/onRemoved/onAlarm` from Thunderbird's own observers: whatever changes an item of any
 * calendar. Writes to the server side of an own calendar are left out.
 */
import { calendarUtils } from "../gecko-modules.ts";
import { EventSource } from "../persistent-event.ts";
import { attempt } from "../registration.ts";
import { isServerSideAnnouncement } from "../server-announcements.ts";

export interface ItemEvents {
  readonly created: EventSource<readonly [calIItemBase]>;
  readonly updated: EventSource<readonly [item: calIItemBase, old: calIItemBase]>;
  readonly removed: EventSource<readonly [calIItemBase]>;
  readonly alarm: EventSource<readonly [calIItemBase, calIAlarm]>;
  start(): void;
  stop(): void;
}

export function createItemEvents(): ItemEvents {
  const created: ItemEvents["created"] = new EventSource();
  const updated: ItemEvents["updated"] = new EventSource();
  const removed: ItemEvents["removed"] = new EventSource();
  const alarm: ItemEvents["alarm"] = new EventSource();

  const calendarObserver: calIObserver = {
    QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
    onStartBatch() {},
    onEndBatch() {},
    onLoad() {},
    onAddItem(item) {
      if (!isServerSideAnnouncement()) void created.emit(item);
    },
    onModifyItem(newItem, oldItem) {
      if (!isServerSideAnnouncement()) void updated.emit(newItem, oldItem);
    },
    onDeleteItem(item) {
      if (!isServerSideAnnouncement()) void removed.emit(item);
    },
    onError() {},
    onPropertyChanged() {},
    onPropertyDeleting() {},
  };

  const alarmObserver: calIAlarmServiceObserver = {
    QueryInterface: ChromeUtils.generateQI(["calIAlarmServiceObserver"]),
    onAlarm(item, fired) {
      void alarm.emit(item, fired);
    },
    onNotification() {},
    onRemoveAlarmsByItem() {},
    onRemoveAlarmsByCalendar() {},
    onAlarmsLoaded() {},
  };

  return {
    created,
    updated,
    removed,
    alarm,
    start() {
      const { manager } = calendarUtils();
      attempt("watch items", () => manager.addCalendarObserver(calendarObserver));
      attempt("watch alarms", () => alarmService().addObserver(alarmObserver));
    },
    stop() {
      const { manager } = calendarUtils();
      attempt("stop watching items", () => manager.removeCalendarObserver(calendarObserver));
      attempt("stop watching alarms", () => alarmService().removeObserver(alarmObserver));
    },
  };
}

function alarmService(): calIAlarmService {
  const service = Cc["@mozilla.org/calendar/alarm-service;1"];
  return service?.getService(Ci.calIAlarmService) as calIAlarmService;
}
