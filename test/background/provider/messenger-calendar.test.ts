import { expect, expectTypeOf, test } from "vitest";
import {
  type ItemStoreApi,
  MessengerCalendar,
} from "../../../src/background/provider/messenger-calendar.ts";
import { EMPTY_STATE } from "../../../src/background/sync/sync-state.ts";
import { calendarTexts } from "../../../src/background/sync/texts.ts";
import type { BatchOperation, BatchResult } from "../../../src/shared/item-store.ts";
import { eventText } from "../../support/event-text.ts";

interface Sent {
  readonly cacheId: string;
  readonly operations: BatchOperation[];
  readonly options: { state?: unknown; notify?: boolean } | undefined;
}

function makeApi(over: Partial<ItemStoreApi> = {}) {
  const sent: Sent[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error("not expected");
  };
  const api: ItemStoreApi = {
    getState: refuse,
    listResources: refuse,
    getResources: refuse,
    getPending: refuse,
    settle: refuse,
    stage: refuse,
    listSuperseded: refuse,
    countDeletions: refuse,
    batch: async (cacheId, json, options) => {
      const operations = JSON.parse(json) as BatchOperation[];
      sent.push({ cacheId, operations, options });
      const result: BatchResult = {
        added: operations.length,
        updated: 0,
        removed: 0,
        unchanged: 0,
        pending: operations.slice(0, 1).map(({ name }) => name),
      };
      return JSON.stringify(result);
    },
    ...over,
  };
  const calendar = new MessengerCalendar(api, { calendarId: "id", cacheId: "id#cache" });
  return { calendar, sent };
}

const put = (name: string, length = 0): BatchOperation => {
  const text = eventText(name, { SUMMARY: "x".repeat(length) });
  return { kind: "put", name, text, metadata: null, columns: calendarTexts.scanColumns(text) };
};

test("the experiment's functions fit what is called here", () => {
  expectTypeOf<typeof messenger.calendar.provider>().toExtend<Omit<ItemStoreApi, "batch">>();
  expectTypeOf<typeof messenger.calendar.items>().toExtend<Pick<ItemStoreApi, "batch">>();
});

test("a big batch crosses in parts; only the last carries the state and tells the views", async () => {
  const { calendar, sent } = makeApi();
  const operations = Array.from({ length: 700 }, (_, index) => put(`n${index}`));
  const result = await calendar.batch(operations, { state: EMPTY_STATE });
  expect(sent.map((part) => part.operations.length)).toEqual([300, 300, 100]);
  expect(sent.map((part) => part.options?.notify)).toEqual([false, false, true]);
  expect(sent.map((part) => part.options?.state)).toEqual([undefined, undefined, EMPTY_STATE]);
  expect(sent.flatMap((part) => part.operations)).toEqual(operations);
  expect(sent.every((part) => part.cacheId === "id#cache")).toBe(true);
  expect(result).toMatchObject({ added: 700, pending: ["n0", "n300", "n600"] });
});

test("a few very long texts do not cross together", async () => {
  const { calendar, sent } = makeApi();
  await calendar.batch([put("a", 3_000_000), put("b", 3_000_000)], {});
  expect(sent.map((part) => part.operations.length)).toEqual([1, 1]);
});

test("a state without operations is stored", async () => {
  const { calendar, sent } = makeApi();
  await calendar.batch([], { state: EMPTY_STATE, notify: false });
  expect(sent).toMatchObject([{ operations: [], options: { notify: false, state: EMPTY_STATE } }]);
});

test("a state of another version counts as none", async () => {
  const { calendar } = makeApi({ getState: async () => ({ version: 99 }) });
  expect(await calendar.getState()).toBeNull();
});

test("an answer of the item store that is no list is an error, not an empty calendar", async () => {
  const { calendar } = makeApi({ listResources: async () => "null" });
  await expect(calendar.listResources()).rejects.toMatchObject({ code: "item-store" });
});
