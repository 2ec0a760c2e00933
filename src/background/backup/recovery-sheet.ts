/** The text to print: how to get at the backups without this add-on, without Thunderbird, years later. */

/** The texts of the add-on, by key. */
export type Texts = (key: string, substitutions?: string[]) => string;

export interface RecoveryFacts {
  readonly directory: string;
  /** 32 hex digits. */
  readonly storeId: string;
  readonly encrypted: boolean;
  /** Of today, in words. */
  readonly date: string;
}

const BLANK = "_".repeat(60);

/** Lines are at most as long as the directory's name needs. */
export function recoverySheet(facts: RecoveryFacts, text: Texts): string {
  const { directory, storeId, encrypted, date } = facts;
  const at = `plakar at ${quoted(directory)}`;
  return [
    text("sheetTitle"),
    text("sheetDate", [date]),
    "",
    text("sheetPlace"),
    `    ${directory}`,
    text("sheetStoreId", [storeId]),
    "",
    ...(encrypted
      ? [text("sheetPassphrase"), "", `    ${BLANK}`, "", text("sheetPassphraseLost"), ""]
      : [text("sheetNoPassphrase"), ""]),
    text("sheetWithThunderbird"),
    "",
    text("sheetWithoutThunderbird"),
    `    ${at} ls`,
    `    ${at} check`,
    `    ${at} restore -to calendars SNAPSHOT`,
    "",
    text("sheetSnapshotHint"),
    ...(encrypted ? [text("sheetPlakarAsks")] : []),
    text("sheetFilesHint"),
    "",
  ].join("\n");
}

/** For a shell; a Windows path is given in the quotes that its shells take. */
function quoted(directory: string): string {
  if (/^[A-Za-z]:\\|^\\\\/.test(directory)) return `"${directory}"`;
  if (/^[\w@%+=:,./-]+$/.test(directory)) return directory;
  return `'${directory.replaceAll("'", `'\\''`)}'`;
}
