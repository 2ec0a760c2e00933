// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { LeftOvers } from "../../src/options/accounts/left-overs.ts";
import type { LeftOver } from "../../src/shared/commands.ts";
import { alerts, button, FakeBackground } from "./fake-background.ts";

const PEOPLE = ["grace@example.org", "linus@example.org"];

let background: FakeBackground;

async function open(people: readonly string[]): Promise<LeftOvers> {
  const item: LeftOver = { ids: [7], summary: "Tea", text: "…", undecided: false, people };
  const calendar = { calendarId: "gone", name: "Old", account: "me@here", removedAt: 5 };
  background.answers["leftovers.list"] = () => ({
    calendars: [{ ...calendar, items: [item] }],
    targets: [
      { id: "work", name: "Work", mails: true },
      { id: "shelf", name: "Shelf", mails: false },
    ],
  });
  background.answers["leftovers.put"] = () => ({ copied: false, sent: true });
  const left = new LeftOvers(background.page, () => {});
  document.body.replaceChildren(left.node);
  await left.refresh();
  return left;
}

const puts = () => background.asks("leftovers.put");
const PUT = "Put “Tea” into the chosen calendar";

beforeEach(() => {
  background = new FakeBackground();
});

test("before a meeting goes to a server, those are named who may get mail; without a word nobody gets any", async () => {
  await open(PEOPLE);
  button(PUT).click();
  expect(alerts().join()).toContain("The server may send mail to these 2 people:");
  for (const person of PEOPLE) expect(alerts().join()).toContain(person);
  expect(puts()).toEqual([]);
  expect(document.activeElement?.textContent).toBe("Put it in without mail");
  button("Put it in without mail").click();
  expect(puts()).toEqual([{ calendarId: "gone", ids: [7], targetId: "work", mail: false }]);
});

test("the server may invite them when the user says so", async () => {
  await open(PEOPLE);
  button(PUT).click();
  button("Put it in and let the server send mail").click();
  expect(puts()).toEqual([{ calendarId: "gone", ids: [7], targetId: "work", mail: true }]);
});

test.each([
  ["an event without guests", [], "work"],
  ["a calendar that mails nobody", PEOPLE, "shelf"],
])("nothing is asked about %s", async (_, people, target) => {
  await open(people);
  const choice = document.querySelector<HTMLSelectElement>("[aria-label='Calendar for “Tea”']");
  if (choice) choice.value = target;
  button(PUT).click();
  expect(puts()).toMatchObject([{ targetId: target, mail: false }]);
});

test("a calendar that was chosen stays chosen when the list is drawn anew", async () => {
  const left = await open([]);
  const choice = () =>
    document.querySelector<HTMLSelectElement>("[aria-label='Calendar for “Tea”']");
  const select = choice();
  if (select) select.value = "shelf";
  select?.dispatchEvent(new Event("change"));
  const listed = background.answers["leftovers.list"]?.({});
  background.answers["leftovers.list"] = async () => {
    const { calendars, targets } = await Promise.resolve(listed ?? { calendars: [], targets: [] });
    return { calendars, targets: [{ id: "new", name: "A new one", mails: false }, ...targets] };
  };
  await left.refresh();
  expect(choice()?.options).toHaveLength(3);
  button(PUT).click();
  expect(puts()).toMatchObject([{ targetId: "shelf" }]);
});
