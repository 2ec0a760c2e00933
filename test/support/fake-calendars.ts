/**
 * `messenger.calendar.calendars` and the part of `.provider` the accounts use, in memory: calendars come and go
 * as in Thunderbird's list; states and pending changes are what a test says.
 */
type Calendar = messenger.calendar.calendars.Calendar;

export class FakeCalendars {
  readonly list = new Map<string, Calendar>();
  readonly states = new Map<string, unknown>();
  readonly pending = new Map<string, unknown[]>();
  readonly conflicts = new Map<string, unknown[]>();
  #made = 0;

  readonly calendars = {
    create: async (
      properties: Partial<Calendar> & { type: string; name: string; url: string },
    ): Promise<Calendar> => {
      const id = `cal${++this.#made}`;
      const calendar: Calendar = {
        id,
        cacheId: `${id}#cache`,
        color: "#a8c2e1",
        uri: properties.url,
        readOnly: false,
        enabled: true,
        visible: true,
        showReminders: true,
        ...properties,
      };
      this.list.set(id, calendar);
      return calendar;
    },
    get: async (id: string): Promise<Calendar | null> => this.list.get(id) ?? null,
    query: async ({ type }: { type?: string }): Promise<Calendar[]> =>
      [...this.list.values()].filter((calendar) => !type || calendar.type === type),
    update: async (id: string, changes: Partial<Calendar>): Promise<Calendar> => {
      const calendar = this.list.get(id);
      if (!calendar) throw new Error("no such calendar");
      const changed = { ...calendar, ...changes };
      this.list.set(id, changed);
      return changed;
    },
    remove: async (id: string): Promise<void> => {
      this.list.delete(id);
    },
  };

  readonly provider = {
    getState: async (cacheId: string): Promise<unknown> => this.states.get(cacheId) ?? null,
    getPending: async (cacheId: string): Promise<string> =>
      JSON.stringify(this.pending.get(cacheId) ?? []),
    listConflicts: async (cacheId: string): Promise<string> =>
      JSON.stringify(this.conflicts.get(cacheId) ?? []),
  };
}
