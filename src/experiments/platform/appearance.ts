/** What the person chose in Thunderbird's menu for font size and density: pages in tabs do not get it by themselves. */

export interface Appearance {
  /** 1: as large as the system has it. */
  readonly textScale: number;
  readonly density: "compact" | "default" | "relaxed";
}

const DENSITIES: readonly Appearance["density"][] = ["compact", "default", "relaxed"];
/** As large as the system's font mostly is, where Thunderbird does not tell. */
const COMMON_SIZE = 15;

export function readAppearance(): Appearance {
  const chosen = Services.prefs.getIntPref("mail.uifontsize", 0);
  const density = DENSITIES[Services.prefs.getIntPref("mail.uidensity", 1)] ?? "default";
  if (chosen === 0) return { textScale: 1, density };
  const textScale = chosen / systemSize();
  return { textScale: Math.min(2.5, Math.max(0.5, textScale)), density };
}

function systemSize(): number {
  try {
    const { UIFontSize } = ChromeUtils.importESModule("resource:///modules/UIFontSize.sys.mjs");
    return UIFontSize.osValue || COMMON_SIZE;
  } catch {
    return COMMON_SIZE;
  }
}
