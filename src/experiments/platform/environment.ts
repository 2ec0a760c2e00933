/** Facts about this computer and profile that snapshots and the diagnostics report name. */
import { getService } from "./xpcom.ts";

export type OperatingSystem = "linux" | "windows" | "darwin" | "other";

export function operatingSystem(): OperatingSystem {
  switch (Services.appinfo.OS) {
    case "Linux":
      return "linux";
    case "WINNT":
      return "windows";
    case "Darwin":
      return "darwin";
    default:
      return "other";
  }
}

export interface Environment {
  profileName: string;
  profileDirectory: string;
  hostname: string;
  username: string;
  /** As Go names it (and so the Kloset header): linux, windows, darwin. */
  os: string;
  /** As Go names it: amd64, arm64, 386. */
  arch: string;
  appVersion: string;
  offline: boolean;
}

export function readEnvironment(): Environment {
  const os = operatingSystem();
  return {
    profileName: profileName(),
    profileDirectory: PathUtils.profileDir,
    hostname: orEmpty(() => Services.dns.myHostName),
    username:
      Services.env.get(os === "windows" ? "USERNAME" : "USER") || Services.env.get("LOGNAME"),
    os: os === "other" ? Services.appinfo.OS.toLowerCase() : os,
    arch: architecture(Services.appinfo.XPCOMABI),
    appVersion: Services.appinfo.version,
    offline: Services.io.offline,
  };
}

function architecture(abi: string): string {
  const name = abi.split("-")[0] ?? "";
  const names: Record<string, string> = { x86_64: "amd64", aarch64: "arm64", x86: "386" };
  return names[name] ?? name;
}

/** A profile given by its path alone is in no list and has no name: then that of its directory. */
function profileName(): string {
  const name = orEmpty(() => {
    const service = getService<nsIToolkitProfileService>(
      "@mozilla.org/toolkit/profile-service;1",
      "nsIToolkitProfileService",
    );
    return service.currentProfile?.name ?? "";
  });
  return name || PathUtils.filename(PathUtils.profileDir);
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
