// @vitest-environment jsdom
/** What screen readers are told: in a region that is there already, and inside a dialog in that of the dialog. */
import { beforeEach, expect, test, vi } from "vitest";
import { announcer, liveRegion, SAID, sayWhatAppears } from "../../src/options/announcer.ts";

let time = 0;
const said = () =>
  [...document.querySelectorAll("[data-announcements] p")].map(({ textContent }) => textContent);

beforeEach(() => {
  vi.useRealTimers();
  time = 0;
  document.body.replaceChildren(liveRegion());
});

test("a second message does not take the first one away, and the same one twice is one", () => {
  const announce = announcer(document, () => time);
  announce("Saved.");
  announce("Saved.");
  announce("Synchronized.");
  expect(said()).toEqual(["Saved.", "Synchronized."]);
  time = 5000;
  announce("Saved.");
  expect(said()).toEqual(["Saved."]);
});

test("what was said goes after a while", () => {
  vi.useFakeTimers();
  announcer(document, () => time)("Saved.");
  vi.advanceTimersByTime(60_000);
  expect(said()).toEqual([]);
});

test("while a dialog is open it is said there: the page is not there for a screen reader", () => {
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.append(liveRegion());
  const announce = announcer(document, () => time);
  dialog.setAttribute("open", "");
  announce("Restored.");
  expect(dialog.textContent).toBe("Restored.");
  expect(said()).toEqual(["Restored."]);
});

test("what is marked is said when it appears, by its paragraphs and without its buttons", async () => {
  sayWhatAppears(
    document,
    announcer(document, () => time),
  );
  const card = document.body.appendChild(document.createElement("article"));
  const notice = document.createElement("div");
  notice.setAttribute(SAID, "");
  notice.innerHTML = "<p>Saved.</p><p>2 items <button>Again</button></p>";
  card.append(document.createElement("p"), notice);
  await vi.waitFor(() => expect(said()).toEqual(["Saved. 2 items"]));
});
