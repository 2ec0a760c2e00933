/** The versions an item has had, newest first, to choose from. */
import type { ItemVersion } from "../../shared/commands.ts";
import { element } from "../element.ts";
import { fieldsChanged } from "./item-fields.ts";
import type { RecurrenceLanguage } from "./recurrence-words.ts";

interface ShownVersion {
  readonly path: string;
  readonly snapshotId: string;
}

export function isShown({ path, snapshotIds }: ItemVersion, shown: ShownVersion): boolean {
  return path === shown.path && snapshotIds.includes(shown.snapshotId);
}

/** The backups that hold it, in words. */
export function versionSpan(
  { since, until, replacedAt }: ItemVersion,
  { words, dates }: RecurrenceLanguage,
): string {
  if (replacedAt !== null) return words.text("earlierText", dates.short(replacedAt));
  if (since === until) return words.text("inBackupOf", dates.short(since));
  return words.text("inBackupsOf", dates.shortSpan(since, until));
}

/** A single version is no choice: only said. */
export function versionList(
  versions: readonly ItemVersion[],
  shown: ShownVersion,
  choose: (version: ItemVersion) => void,
  language: RecurrenceLanguage,
): HTMLElement {
  const [only] = versions;
  if (only && versions.length === 1)
    return element("p", { class: "quiet" }, versionSpan(only, language));
  return element(
    "ol",
    { class: "version-list" },
    ...versions.map((version, index) =>
      element(
        "li",
        {},
        element(
          "button",
          {
            type: "button",
            class: "version",
            "aria-current": isShown(version, shown) ? "true" : null,
            "data-focus": `version ${version.path} ${version.since}`,
            disabled: !version.readable,
            onclick: () => choose(version),
          },
          element("span", { class: "name" }, versionSpan(version, language)),
          element(
            "span",
            { class: "quiet" },
            changeWords(version, index === versions.length - 1, language),
          ),
        ),
      ),
    ),
  );
}

function changeWords(
  { readable, differences }: ItemVersion,
  isOldest: boolean,
  { words }: RecurrenceLanguage,
): string {
  if (!readable) return words.text("versionDamaged");
  if (isOldest) return words.text("oldestVersion");
  const fields = fieldsChanged(differences, words);
  if (fields !== "") return words.text("changedFields", fields);
  return words.text(differences.length > 0 ? "changedOther" : "changedForm");
}

/** Which version the shown one is compared with; nothing to choose from where there are only two. */
export function otherVersionChoice(
  versions: readonly ItemVersion[],
  shown: ItemVersion,
  other: ItemVersion,
  language: RecurrenceLanguage,
  choose: (version: ItemVersion) => void,
): HTMLElement | null {
  if (versions.length < 3) return null;
  const select = element(
    "select",
    {
      "data-focus": "compare",
      onchange: () => {
        const chosen = versions[Number(select.value)];
        if (chosen) choose(chosen);
      },
    },
    ...versions.flatMap((version, index) =>
      version === shown
        ? []
        : [
            element(
              "option",
              { value: index, selected: version === other },
              versionSpan(version, language),
            ),
          ],
    ),
  );
  const label = language.words.text("compareWith");
  return element("label", { class: "compare-with" }, label, " ", select);
}
