// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import { ProtectionCard } from "../../src/options/components/protection-card.ts";
import type { BackupSettings, StoreProtection } from "../../src/shared/commands.ts";
import { AppError } from "../../src/shared/errors.ts";
import { alerts, button, FakeBackground } from "./fake-background.ts";

const STRONG = "five words that do not belong";

let background: FakeBackground;
let card: ProtectionCard;
let told: BackupSettings[];

const settings = (protection: StoreProtection, directory = "/mnt/backup"): BackupSettings => ({
  directory,
  isDefaultDirectory: false,
  protection,
  onProfileDisk: false,
  schedule: "off",
  retention: null,
  nextAutomatic: null,
  lastBackup: null,
  lastFailure: null,
  lastCheck: null,
  damageMet: 0,
  nextCheck: null,
});
const text = (): string => card.node.textContent ?? "";
const inputs = () => [
  ...card.node.querySelectorAll<HTMLInputElement>("input:not([type=checkbox])"),
];

function type(index: number, value: string): void {
  const input = inputs()[index] as HTMLInputElement;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

beforeEach(() => {
  document.body.replaceChildren();
  background = new FakeBackground();
  told = [];
  card = new ProtectionCard(background.page, (changed) => {
    told.push(changed);
    card.show(changed);
  });
  document.body.append(card.node);
  background.answers["backup.configure"] = ({ passphrase }) =>
    settings(passphrase === null ? "none" : "ready");
});

test("a new store is encrypted with a passphrase typed twice", async () => {
  card.show(settings("undecided"));
  expect(text()).toContain("cannot be changed later");
  type(0, STRONG);
  expect(text()).toMatch(/Hard to guess: \d+ bits/);
  type(1, `${STRONG} `);
  button("Encrypt with this passphrase").click();
  expect(alerts()).toEqual(["The two passphrases are not the same."]);
  expect(background.asks("backup.configure")).toEqual([]);
  type(1, STRONG);
  button("Encrypt with this passphrase").click();
  await vi.waitFor(() => expect(text()).toContain("folder are encrypted"));
  expect(background.asks("backup.configure")).toEqual([{ passphrase: STRONG, allowWeak: false }]);
  expect(told).toHaveLength(1);
  expect(document.body.innerHTML).not.toContain(STRONG);
});

test("a weak one is taken only when that is ticked", async () => {
  card.show(settings("undecided"));
  type(0, "secret");
  type(1, "secret");
  button("Encrypt with this passphrase").click();
  expect(alerts().join()).toContain("too easy to guess");
  expect(background.asks("backup.configure")).toEqual([]);
  card.node.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  button("Encrypt with this passphrase").click();
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(background.asks("backup.configure")).toEqual([{ passphrase: "secret", allowWeak: true }]);
});

test("no encryption is a choice of its own", async () => {
  card.show(settings("undecided"));
  button("Encrypt with this passphrase").click();
  expect(alerts().join()).toContain("without encryption");
  button("Without encryption").click();
  await vi.waitFor(() => expect(text()).toContain("are not encrypted"));
  expect(background.asks("backup.configure")).toEqual([{ passphrase: null, allowWeak: false }]);
});

test("what is being typed survives news about the settings, but not another folder", () => {
  card.show(settings("undecided"));
  type(0, STRONG);
  card.show(settings("undecided"));
  expect(inputs()[0]?.value).toBe(STRONG);
  card.show(settings("undecided", "/mnt/other"));
  expect(inputs()[0]?.value).toBe("");
});

test("a passphrase can be shown while it is typed", () => {
  card.show(settings("passphrase-missing"));
  expect(inputs()[0]?.type).toBe("password");
  button("Show").click();
  expect(inputs()[0]?.type).toBe("text");
  button("Hide").click();
  expect(inputs()[0]?.type).toBe("password");
});

test("a store that is there is unlocked; a wrong passphrase can be mended", async () => {
  background.answers["backup.configure"] = () => {
    throw new AppError("wrong-passphrase", "It does not open the store.", { hint: "Look again." });
  };
  card.show(settings("passphrase-missing"));
  type(0, "a typo");
  button("Unlock").click();
  await vi.waitFor(() => expect(alerts().join()).toContain("It does not open the store."));
  expect(inputs()[0]?.value).toBe("a typo");
  background.answers["backup.configure"] = () => settings("ready");
  type(0, "right");
  button("Unlock").click();
  await vi.waitFor(() => expect(text()).toContain("folder are encrypted"));
  expect(alerts()).toEqual([]);
});

test("behind the primary password it says what backups wait for, and asks for nothing", () => {
  card.show(settings("locked"));
  expect(alerts().join()).toContain("primary password");
  expect(inputs()).toEqual([]);
});

test.each([
  ["passphrase-wrong", "saved passphrase does not open"],
  ["passphrase-missing", "not known here"],
  ["none", "not encrypted"],
] as const)("of a store that is %s the page says so", (protection, words) => {
  card.show(settings(protection));
  expect(text()).toContain(words);
});

test("in the profile a backup may come before the choice, and that is said", () => {
  card.show({ ...settings("undecided"), isDefaultDirectory: true });
  expect(text()).toContain("before you have chosen is not encrypted");
});

test("nothing is said of a place that cannot be read", () => {
  card.show(settings("unknown"));
  expect(card.node.hidden).toBe(true);
  card.show(settings("none"));
  expect(card.node.hidden).toBe(false);
});

test("the passphrase is tested, right and wrong", async () => {
  background.answers["passphrase.test"] = ({ passphrase }) => ({ correct: passphrase === STRONG });
  card.show(settings("ready"));
  button("Test passphrase…").click();
  type(0, "wrong");
  button("Test").click();
  await vi.waitFor(() => expect(alerts()).toEqual(["This passphrase does not open the backups."]));
  type(0, STRONG);
  button("Test").click();
  await vi.waitFor(() => expect(text()).toContain("This passphrase opens the backups."));
  expect(inputs()).toEqual([]);
});

test("the sheet is shown, printed with what is typed, and saved without", async () => {
  const print = vi.spyOn(window, "print").mockReturnValue(undefined);
  background.answers["backup.recoverySheet"] = ({ directory }) => ({
    text: `Write it here: ${"_".repeat(60)}`,
    file: directory === undefined ? null : "sheet.txt",
  });
  background.answers["places.pick"] = () => ({ directory: "/papers" });
  card.show(settings("ready"));
  button("Recovery sheet…").click();
  await vi.waitFor(() => expect(text()).toContain("_____"));
  type(0, "cost: $& $1");
  expect(card.node.querySelector(".sheet")?.textContent).toBe("Write it here: cost: $& $1");
  button("Print").click();
  expect(print).toHaveBeenCalledOnce();
  button("Save as text…").click();
  await vi.waitFor(() => expect(text()).toContain("sheet.txt"));
  expect(background.asks("backup.recoverySheet")).toEqual([{}, { directory: "/papers" }]);
  expect(background.asks("places.pick")).toEqual([{ purpose: "sheet" }]);
  button("Close").click();
  expect(text()).not.toContain("cost");
});
