// @vitest-environment jsdom
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pageWithHead } from "../../scripts/pages.js";
import { Localizer } from "../../src/options/localizer.ts";
import { showSectionsByAddress } from "../../src/options/navigation.ts";
import { LocaleMessages, readMessages } from "../support/locale-messages.ts";

const root = path.join(import.meta.dirname, "../..");
const readPage = (name: string) => readFileSync(path.join(root, "src/options", name), "utf8");
const html = readPage("options.html");
const head = readPage("common-head.html");
const pages = [html, readPage("history.html")];
const words = new Localizer(new LocaleMessages());

const sources = ["src/options", "src/background/commands", "src/background/compose"]
  .flatMap((place) =>
    place.endsWith(".ts")
      ? [place]
      : readdirSync(path.join(root, place), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".ts"))
          .map((name) => `${place}/${name}`),
  )
  .map((file) => readFileSync(path.join(root, file), "utf8"));

test("every text of the page and the background is in _locales", () => {
  const keys = [
    ...sources.flatMap((source) =>
      [...source.matchAll(/\b(text|counted)\(\s*"(\w+)"/g)].map(([, how, key]) =>
        how === "counted" ? `${key}_other` : (key ?? ""),
      ),
    ),
    ...pages.flatMap((page) =>
      [...page.matchAll(/data-l10n(?:-label)?="(\w+)"/g)].map(([, key]) => key ?? ""),
    ),
  ];
  expect(keys.length).toBeGreaterThan(80);
  const messages = readMessages();
  expect(keys.filter((key) => !(key in messages))).toEqual([]);
});

test("no two keys differ by case alone: Thunderbird does not tell them apart", () => {
  const keys = Object.keys(readMessages()).map((key) => key.toLowerCase());
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test("every counted text has its singular", () => {
  const keys = Object.keys(readMessages());
  const plurals = keys.filter((key) => key.endsWith("_other"));
  expect(plurals.map((key) => key.replace(/other$/, "one"))).toEqual(
    expect.arrayContaining(keys.filter((key) => key.endsWith("_one"))),
  );
  for (const key of plurals) expect(keys).toContain(key.replace(/other$/, "one"));
});

test.each(["options.html", "history.html", "welcome.html"])(
  "%s holds no inline script or style, and a policy that allows no connection",
  (name) => {
    const shipped = pageWithHead(readPage(name), head);
    const page = new DOMParser().parseFromString(shipped, "text/html");
    expect([...page.querySelectorAll("script")].map((node) => node.textContent)).toEqual([""]);
    expect(page.querySelectorAll("style, [style], [onclick], iframe")).toHaveLength(0);
    const policy = page.querySelector("meta[http-equiv]")?.getAttribute("content");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain("unsafe");
  },
);

test("one section is shown, the one the address names", () => {
  document.documentElement.innerHTML = html;
  words.localize(document);
  window.location.hash = "#snapshots";
  const shown: string[] = [];
  showSectionsByAddress(document, window, (section) => {
    shown.push(section);
    return { shown: Promise.resolve(), read: Promise.resolve() };
  });
  const visible = () =>
    [...document.querySelectorAll<HTMLElement>("main > section")]
      .filter((section) => !section.hidden)
      .map(({ id }) => id);
  expect(visible()).toEqual(["snapshots-section"]);
  expect(document.querySelector("[aria-current=page]")?.textContent).toBe("Snapshots");
  expect(document.documentElement.lang).toBe("en-US");
  expect(document.title).toBe("CalDAV Keeper");
  expect(shown).toEqual(["snapshots"]);
});

test.each([
  [0, "just now"],
  [-60_000, "just now"],
  [59_000, "just now"],
  [60_000, "1 minute ago"],
  [90 * 60_000, "1 hour ago"],
  [86_400_000, "yesterday"],
  [15 * 86_400_000, "2 weeks ago"],
  [800 * 86_400_000, "2 years ago"],
])("%i ms ago reads %j", (passed, expected) => {
  expect(words.relative(1e12 - passed, 1e12)).toBe(expected);
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [48_213, "48 kB"],
  [1_932_100, "1.9 MB"],
  [3e12, "3 TB"],
])("%i bytes read %j", (size, expected) => {
  expect(words.bytes(size)).toBe(expected);
});
