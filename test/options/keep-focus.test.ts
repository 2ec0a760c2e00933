// @vitest-environment jsdom
/** The focus when what has it goes. */
import { beforeEach, expect, test, vi } from "vitest";
import { keepFocus } from "../../src/options/keep-focus.ts";

const focused = () => document.activeElement?.textContent;
const byId = (id: string) => document.getElementById(id) as HTMLElement;

keepFocus(document);

beforeEach(() => {
  document.body.innerHTML = `
    <section><h1>Snapshots</h1>
      <article><h2>First</h2><div id="row"><button id="remove">Remove</button></div></article>
    </section>
    <button id="elsewhere">Elsewhere</button>`;
});

test("a removed control gives it to the heading of what is left around it", async () => {
  byId("remove").focus();
  byId("row").remove();
  await vi.waitFor(() => expect(focused()).toBe("First"));
});

test("so does a hidden one, and what is removed with all around it", async () => {
  byId("remove").focus();
  document.querySelector("article")?.remove();
  await vi.waitFor(() => expect(focused()).toBe("Snapshots"));
});

test("a control that cannot be pressed for a while has it again afterwards", async () => {
  const remove = byId("remove") as HTMLButtonElement;
  remove.focus();
  remove.disabled = true;
  remove.blur();
  await Promise.resolve();
  remove.disabled = false;
  await vi.waitFor(() => expect(focused()).toBe("Remove"));
});

test("whoever moves the focus itself is left alone", async () => {
  byId("remove").focus();
  byId("row").remove();
  byId("elsewhere").focus();
  await Promise.resolve();
  expect(focused()).toBe("Elsewhere");
});

test("where nothing was lost, nothing is given the focus", async () => {
  byId("remove").focus();
  byId("remove").blur();
  await Promise.resolve();
  byId("row").remove();
  await new Promise((next) => setTimeout(next));
  expect(document.activeElement).toBe(document.body);
});
