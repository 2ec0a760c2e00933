/**
 * A calendar provider for a service with three requests, <calendar URL> being the calendar's address:
 *
 *   GET    <calendar URL>/changes?since=<version>  → { version, full, changed: [{ id, etag, ical }], removed: [id] }
 *          `full`: everything there is, because `since` is missing or too old
 *   PUT    <calendar URL>/events/<id>              iCalendar text, with If-Match or If-None-Match: * → ETag; 412: changed there
 *   DELETE <calendar URL>/events/<id>              with If-Match; 412: changed there
 *
 * Listeners are added in the first turn, so that they wake this page when it was suspended.
 */
const { items, provider } = messenger.calendar;

provider.onItemCreated.addListener((calendar, item) =>
  put(calendar, item, { "If-None-Match": "*" }),
);

provider.onItemUpdated.addListener((calendar, item, oldItem, { force }) =>
  put(calendar, item, force ? {} : { "If-Match": oldItem.metadata.etag }),
);

provider.onItemRemoved.addListener(async (calendar, item) => {
  const headers = { "If-Match": item.metadata.etag };
  const response = await fetch(address(calendar, item.id), { method: "DELETE", headers });
  // Gone already is as good.
  return response.status === 404 ? undefined : refusal(response);
});

provider.onSync.addListener(async ({ url, cacheId }) => {
  const state = await provider.getState(cacheId);
  const response = await fetch(`${url}/changes?since=${state?.version ?? ""}`);
  if (!response.ok) throw new Error(`The service answers ${response.status}`);
  const { version, full, changed, removed } = await response.json();

  const here = await items.getIds(cacheId);
  const there = new Set(changed.map(({ id }) => id));
  const gone = full
    ? here.filter((id) => !there.has(id))
    : removed.filter((id) => here.includes(id));
  const operations = [
    ...gone.map((id) => ({ action: "remove", id })),
    ...changed.map(({ id, etag, ical }) => ({
      action: "create",
      item: { id, type: "event", formats: { use: "ical", ical }, metadata: { etag } },
    })),
  ];
  // All of it or nothing, and the version with it: an interrupted synchronization is made again from where it began.
  await items.batch(cacheId, operations, { state: { version } });
});

provider.onResetSync.addListener(({ cacheId }) => items.batch(cacheId, [], { state: null }));

/** Stores an item in the service. What is returned settles the edit; the metadata comes back with the item. */
async function put(calendar, item, preconditions) {
  const response = await fetch(address(calendar, item.id), {
    method: "PUT",
    headers: { "Content-Type": "text/calendar", ...preconditions },
    body: item.raw.ical,
  });
  return refusal(response) ?? { ...item, metadata: { etag: response.headers.get("ETag") } };
}

/** Why the service did not take an edit; it is kept and offered again. */
function refusal({ ok, status }) {
  if (ok) return undefined;
  return { error: status === 412 ? "CONFLICT" : "MODIFY_FAILED" };
}

function address(calendar, id) {
  return `${calendar.url}/events/${encodeURIComponent(id)}`;
}
