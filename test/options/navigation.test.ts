// @vitest-environment jsdom
/** Where the address leads while a page is read anew. */
import { beforeEach, expect, test, vi } from "vitest";
import { type Showing, showSectionsByAddress } from "../../src/options/navigation.ts";

let answer: () => void;
let read: Promise<void>;
let shown: Promise<void>;

const focused = (): string | undefined => document.activeElement?.id;

beforeEach(() => {
  document.body.innerHTML = `
    <nav><a data-section="accounts" href="#accounts">Accounts</a></nav>
    <section id="accounts-section">
      <h1 id="accounts-heading" tabindex="-1">Accounts</h1>
      <section id="decisions" hidden></section>
      <article id="account-1"></article>
      <button id="elsewhere">Add account</button>
    </section>`;
  Element.prototype.scrollIntoView = vi.fn();
  shown = Promise.resolve();
  read = new Promise((resolve) => {
    answer = resolve;
  });
});

async function open(place: string): Promise<void> {
  // Without an event: the listeners of the tests before hear it, too.
  window.history.replaceState(null, "", `#accounts/${place}`);
  const showing: Showing = { shown, read };
  showSectionsByAddress(document, window, () => showing);
  await shown;
  await Promise.resolve();
}

test("what waits is gone to when it is known, not only what was shown last", async () => {
  await open("decisions");
  expect(focused()).not.toBe("decisions");
  document.getElementById("decisions")?.removeAttribute("hidden");
  answer();
  await vi.waitFor(() => expect(focused()).toBe("decisions"));
});

test("what was shown last is gone to at once, and again when others have pushed it down", async () => {
  await open("account-1");
  await vi.waitFor(() => expect(focused()).toBe("account-1"));
  const { scrollIntoView } = Element.prototype;
  expect(scrollIntoView).toHaveBeenCalledTimes(1);
  answer();
  await vi.waitFor(() => expect(scrollIntoView).toHaveBeenCalledTimes(2));
});

test("whoever has gone elsewhere meanwhile stays there", async () => {
  await open("decisions");
  await vi.waitFor(() => expect(document.querySelector("[data-arrived]")).not.toBeNull());
  document.getElementById("elsewhere")?.focus();
  document.getElementById("decisions")?.removeAttribute("hidden");
  answer();
  await read;
  await new Promise((resolve) => setTimeout(resolve));
  expect(focused()).toBe("elsewhere");
});
