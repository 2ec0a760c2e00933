// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { followAppearance } from "../../src/options/appearance.ts";
import type { Appearance } from "../../src/shared/commands.ts";
import { FakeBackground } from "./fake-background.ts";

let background: FakeBackground;
let now: Appearance;
const root = document.documentElement;
const follow = () => followAppearance(document, background.page.client);

beforeEach(() => {
  localStorage.clear();
  root.removeAttribute("style");
  root.removeAttribute("data-density");
  now = { textScale: 1.5, density: "compact" };
  background = new FakeBackground();
  background.answers["appearance.read"] = () => now;
});

test("what was chosen in Thunderbird is applied, and the next page has it before it is asked for", async () => {
  follow();
  await vi.waitFor(() => expect(root.style.fontSize).toBe("150%"));
  expect(root.dataset.density).toBe("compact");
  root.removeAttribute("style");
  background.answers["appearance.read"] = () => new Promise(() => {});
  follow();
  expect(root.style.fontSize).toBe("150%");
});

test("a change is seen when the page comes to the front again", async () => {
  follow();
  await vi.waitFor(() => expect(root.dataset.density).toBe("compact"));
  now = { textScale: 1, density: "relaxed" };
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.waitFor(() => expect(root.dataset.density).toBe("relaxed"));
  expect(root.style.fontSize).toBe("");
});

test("what is remembered and unusable is left alone, and a background that fails too", async () => {
  localStorage.setItem("appearance", "{");
  background.answers["appearance.read"] = () => {
    throw new Error("no");
  };
  follow();
  await vi.waitFor(() => expect(background.asks("appearance.read")).toHaveLength(1));
  expect(root.getAttribute("style")).toBe(null);
});
