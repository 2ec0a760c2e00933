/**
 * Gets servers for the integration tests: Debian's packages and the libraries they lack here, unpacked into the
 * repository's .cache folder. Nothing is installed: the packages' own scripts would set up services on fixed ports.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root, run } from "./child-process.ts";

interface Wanted {
  /** Others that they lack are found out. */
  readonly packages: readonly string[];
  /** What the packages ask for, and the server does without. */
  readonly without?: RegExp;
}

const SERVERS = {
  Cyrus: {
    packages: ["cyrus-caldav", "cyrus-common", "cyrus-imapd", "sasl2-bin"],
    // Mail delivery, virus scans, maintenance.
    without:
      /^(?:exim|postfix|libclamav|libmspack|db5|db-util|gawk|libsigsegv|libidn12|lsb-|adduser|init-)/,
  },
  Apache: { packages: ["apache2-bin"] },
  lighttpd: { packages: ["lighttpd"] },
} as const satisfies Record<string, Wanted>;

export type ServerName = keyof typeof SERVERS;
export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[];

export type UnpackedServer =
  /** The root of what was unpacked, with `usr` in it. */
  { readonly folder: string } | { readonly missing: string; readonly howTo: string };

const cache = path.join(root, ".cache");

/** Never throws: what is missing is said in words. */
export async function ensureServer(name: ServerName): Promise<UnpackedServer> {
  const unpacked = path.join(cache, name.toLowerCase());
  if (existsSync(unpacked)) return { folder: unpacked };
  const failure = existsSync("/usr/bin/apt-get")
    ? await unpack(SERVERS[name], unpacked)
    : "its packages are taken from Debian's or Ubuntu's archive";
  if (failure === null || existsSync(unpacked)) return { folder: unpacked };
  return {
    missing: `${name} could not be had: ${failure}`,
    howTo: `On Debian or Ubuntu: "apt-get update", then "npx tsx scripts/ensure-servers.ts".`,
  };
}

/** @returns what went wrong, `null` when all is there */
async function unpack(wanted: Wanted, unpacked: string): Promise<string | null> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${unpacked}-new-`);
  try {
    let lacking = await missingPackages(wanted);
    if (typeof lacking === "string") {
      // A machine whose lists are old, or not there yet.
      await run("apt-get", ["update", "-qq"]);
      lacking = await missingPackages(wanted);
    }
    if (typeof lacking === "string") return lacking;
    const packages = new Set([...wanted.packages, ...lacking]);
    let got = await run("apt-get", ["download", "-qq", ...packages], { cwd: folder });
    if (got.code !== 0) {
      await run("apt-get", ["update", "-qq"]);
      got = await run("apt-get", ["download", "-qq", ...packages], { cwd: folder });
    }
    if (got.code !== 0) return lastLine(got.output);
    const files = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
    for (const file of files) {
      const { code, output } = await run("dpkg-deb", ["--extract", file, "root"], { cwd: folder });
      if (code !== 0) return lastLine(output);
    }
    // In one step: another test file may be looking for it.
    await rename(path.join(folder, "root"), unpacked);
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names of what an installation would bring; a string says why it would fail. */
async function missingPackages({ packages, without }: Wanted): Promise<string[] | string> {
  const options = ["install", "--simulate", "--no-install-recommends"];
  const { code, stdout, output } = await run("apt-get", [...options, ...packages]);
  if (code !== 0) return lastLine(output);
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
  return names.filter((name) => !without?.test(name));
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const name of SERVER_NAMES) {
    const found = await ensureServer(name);
    console.log("folder" in found ? `${name}: there` : `${found.missing}. ${found.howTo}`);
    if (!("folder" in found)) process.exitCode = 1;
  }
}
