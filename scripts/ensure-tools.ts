/**
 * The programs the tests and `npm start` use beside Node: found, installed with apt-get on Debian as root, or
 * named with how to get them. plakar has a script of its own.
 */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { findThunderbirds } from "../test/support/thunderbird.ts";
import { run } from "./child-process.ts";

export interface Tool {
  readonly name: string;
  /** What cannot be run without it. */
  readonly neededFor: string;
  readonly present: boolean;
  readonly howTo: string;
}

interface WantedTool {
  readonly name: string;
  readonly package: string;
  readonly neededFor: string;
  readonly elsewhere: string;
  readonly isPresent: () => Promise<boolean>;
}

const onPath = (program: string) => async () => {
  const found = await run(process.platform === "win32" ? "where" : "which", [program]);
  return found.code === 0;
};

const TOOLS: readonly WantedTool[] = [
  {
    name: "Thunderbird",
    package: "thunderbird",
    neededFor: "the end-to-end tests and npm start",
    elsewhere:
      "https://www.thunderbird.net (140 or later), then KEEPER_THUNDERBIRD=<its program file>",
    isPresent: async () => (await findThunderbirds()).length > 0,
  },
  {
    name: "Radicale",
    package: "radicale",
    neededFor: "the integration and end-to-end tests",
    elsewhere: "pip install radicale",
    isPresent: onPath("radicale"),
  },
  {
    name: "Xandikos",
    package: "xandikos",
    neededFor: "the integration tests",
    elsewhere: "pip install xandikos",
    isPresent: onPath("xandikos"),
  },
  {
    name: "Xvfb",
    package: "xvfb",
    neededFor: "npm start with a screen where there is none",
    elsewhere: "your distribution's package of the X server Xvfb; not needed on macOS and Windows",
    isPresent: onPath("Xvfb"),
  },
  {
    name: "OpenSSL",
    package: "openssl",
    neededFor: "the tests of certificate errors",
    elsewhere: "your distribution's package openssl",
    isPresent: onPath("openssl"),
  },
  {
    name: "FUSE for Python",
    package: "python3-fusepy",
    neededFor: "the end-to-end tests of a network drive that stalls",
    elsewhere: "pip install fusepy, where the system mounts FUSE file systems",
    isPresent: async () => (await run("/usr/bin/python3", ["-c", "import fusepy"])).code === 0,
  },
  {
    name: "vdirsyncer",
    package: "vdirsyncer",
    neededFor: "the integration tests with a second client, and the bench",
    elsewhere: "pip install vdirsyncer",
    isPresent: onPath("vdirsyncer"),
  },
  {
    name: "restic",
    package: "restic",
    neededFor: "the bench",
    elsewhere: "https://restic.net",
    isPresent: onPath("restic"),
  },
];

/** Installs what can be installed here; never throws. */
export async function ensureTools(names?: readonly string[]): Promise<Tool[]> {
  const wanted = TOOLS.filter(({ name }) => !names || names.includes(name));
  const missing = [];
  for (const tool of wanted) if (!(await tool.isPresent())) missing.push(tool);
  if (missing.length > 0 && canInstall()) {
    const packages = missing.map((tool) => tool.package);
    console.log(`Installing ${packages.join(", ")} with apt-get …`);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-qq"], { env });
    // One by one when together fails: one package that is gone must not cost the others.
    const together = await aptInstall(packages);
    if (!together) for (const name of packages) await aptInstall([name]);
  }
  const tools = [];
  for (const tool of wanted) {
    tools.push({
      name: tool.name,
      neededFor: tool.neededFor,
      present: await tool.isPresent(),
      howTo: `Debian and Ubuntu: apt-get install ${tool.package}. Elsewhere: ${tool.elsewhere}.`,
    });
  }
  return tools;
}

async function aptInstall(packages: readonly string[]): Promise<boolean> {
  const { code, output } = await run(
    "apt-get",
    ["install", "-y", "-qq", "--no-install-recommends", ...packages],
    { env: { DEBIAN_FRONTEND: "noninteractive" }, deadlineMs: 15 * 60_000 },
  );
  if (code !== 0) console.error(output.trim().split("\n").slice(-3).join("\n"));
  return code === 0;
}

function canInstall(): boolean {
  return (
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    existsSync("/etc/debian_version") &&
    existsSync("/usr/bin/apt-get")
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, present, howTo } of await ensureTools()) {
    console.log(present ? `${name}: there` : `${name}: missing. ${howTo}`);
  }
}
