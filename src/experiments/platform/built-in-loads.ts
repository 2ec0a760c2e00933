/** What has arrived in calendars of Thunderbird's own CalDAV, counted as it comes: nothing is read for it. */
import { AppError } from "../../shared/errors.ts";

export interface BuiltInLoads {
  /** Items that came, changed or went since the calendar is watched. */
  readonly arrived: number;
  /** How often it has ended loading since then. */
  readonly loads: number;
}

interface Watched {
  readonly calendar: calICalendar;
  readonly observer: calIObserver;
  arrived: number;
  loads: number;
}

export class BuiltInWatch {
  readonly #watched = new Map<string, Watched>();

  /**
   * The first call begins counting.
   * @throws AppError "calendar-unknown"
   */
  read(calendarId: string): BuiltInLoads {
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const calendar = cal.manager.getCalendarById(calendarId);
    if (calendar === null) {
      this.#forget(calendarId);
      throw new AppError("calendar-unknown", "Thunderbird's own calendar is gone from its list.", {
        hint: "Nothing was lost: CalDAV Keeper still has the calendar. Hand it back again.",
        retry: "after-user",
      });
    }
    const { arrived, loads } = this.#watched.get(calendarId) ?? this.#watch(calendar);
    return { arrived, loads };
  }

  stop(): void {
    for (const id of [...this.#watched.keys()]) this.#forget(id);
  }

  #watch(calendar: calICalendar): Watched {
    const arrives = (): void => {
      watched.arrived += 1;
    };
    const watched: Watched = {
      calendar,
      arrived: 0,
      loads: 0,
      observer: {
        QueryInterface: ChromeUtils.generateQI(["calIObserver"]),
        onStartBatch() {},
        onEndBatch() {},
        onLoad() {
          watched.loads += 1;
        },
        onAddItem: arrives,
        onModifyItem: arrives,
        onDeleteItem: arrives,
        onError() {},
        onPropertyChanged() {},
        onPropertyDeleting() {},
      },
    };
    calendar.addObserver(watched.observer);
    this.#watched.set(calendar.id, watched);
    return watched;
  }

  #forget(calendarId: string): void {
    const watched = this.#watched.get(calendarId);
    this.#watched.delete(calendarId);
    watched?.calendar.removeObserver(watched.observer);
  }
}
