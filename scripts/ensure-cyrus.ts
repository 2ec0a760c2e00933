/**
 * Gets Cyrus IMAP's CalDAV server for the integration tests: Debian's packages and the libraries they lack here,
 * unpacked into the repository's .cache folder. Nothing is installed: the packages' own scripts would set up a mail
 * system with services on fixed ports.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root, run } from "./child-process.ts";

const WANTED = ["cyrus-caldav", "cyrus-common", "cyrus-imapd", "sasl2-bin"];
/** What the packages ask for, and the CalDAV server does without: mail delivery, virus scans, maintenance. */
const NOT_NEEDED =
  /^(?:exim|postfix|libclamav|libmspack|db5|db-util|gawk|libsigsegv|libidn12|lsb-|adduser|init-)/;

const cache = path.join(root, ".cache");
const unpacked = path.join(cache, "cyrus");

export type Cyrus =
  /** A folder with `usr/lib/cyrus/bin` and the libraries in it. */
  { readonly folder: string } | { readonly missing: string; readonly howTo: string };

/** Never throws: what is missing is said in words. */
export async function ensureCyrus(): Promise<Cyrus> {
  if (existsSync(unpacked)) return { folder: unpacked };
  const failure = existsSync("/usr/bin/apt-get")
    ? await getPackages()
    : "its packages are taken from Debian's or Ubuntu's archive";
  if (failure === null || existsSync(unpacked)) return { folder: unpacked };
  return {
    missing: `Cyrus' CalDAV server could not be had: ${failure}`,
    howTo: 'On Debian or Ubuntu: "apt-get update", then "npx tsx scripts/ensure-cyrus.ts".',
  };
}

/** @returns what went wrong, `null` when all is there */
async function getPackages(): Promise<string | null> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, "cyrus-new-"));
  try {
    if (process.getuid?.() === 0) await run("apt-get", ["update", "-qq"]);
    const simulated = await run("apt-get", [
      ...["install", "--simulate", "--no-install-recommends"],
      ...WANTED,
    ]);
    if (simulated.code !== 0) return lastLine(simulated.output);
    const lacking = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
    const packages = new Set([...WANTED, ...lacking.filter((name) => !NOT_NEEDED.test(name))]);
    const got = await run("apt-get", ["download", "-qq", ...packages], { cwd: folder });
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

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "";
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await ensureCyrus();
  if ("folder" in result) console.log(result.folder);
  else {
    console.error(`${result.missing}\n${result.howTo}`);
    process.exitCode = 1;
  }
}
