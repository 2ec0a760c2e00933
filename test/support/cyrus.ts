/**
 * The real Cyrus IMAP (https://www.cyrusimap.org) as a CalDAV server on a free loopback port, with users and folders
 * of its own. It schedules on the server (RFC 6638): its users can invite each other. It neither sends nor takes mail.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureServer } from "../../scripts/ensure-servers.ts";
import { type DavServer, plainAccess } from "./dav-server.ts";
import { startProgram } from "./server-process.ts";
import { describeUnpacked, folderOf, librariesIn } from "./unpacked-server.ts";

export interface CyrusUser extends Omit<DavServer, "stop"> {
  /** By which the others invite them. */
  readonly address: string;
}

export interface Cyrus extends DavServer {
  /** As named at the start; the server's own facts are those of the first one. */
  readonly users: readonly CyrusUser[];
}

const DOMAIN = "keeper.example";
const ADMIN = "admin";
const PASSWORD = "pass word ü";
/** Where Cyrus would have to be root, which it refuses: Debian's user without files of its own. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

const found = await ensureServer("Cyrus");

/** See {@link describeUnpacked}. */
export const describeCyrus = (name: string, suite: () => void): void =>
  describeUnpacked(found, name, suite);

/**
 * @param names of the users; each has an empty calendar "Default", an inbox and an outbox
 * @throws Error where Cyrus cannot be had
 */
export async function startCyrus(names: readonly string[] = ["keeper"]): Promise<Cyrus> {
  const unpacked = folderOf(found);
  const folder = await mkdtemp(path.join(tmpdir(), "cyrus-"));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const programs = await readablePrograms(unpacked, folder);
    const environment = await librariesOf(programs);
    const running = await startProgram({
      program: path.join(programs, "usr/lib/cyrus/bin/master"),
      howToGet: "",
      folder,
      environment,
      user: NOBODY,
      hasChildren: true,
      arguments: async ({ port }) => {
        await writeSettings(folder, programs, port);
        addLogins(folder, programs, environment, [ADMIN, ...names]);
        if (NOBODY) execute("chown", ["-R", `${NOBODY.uid}:${NOBODY.gid}`, folder]);
        const file = (name: string) => path.join(folder, name);
        return ["-C", file("imapd.conf"), "-M", file("cyrus.conf"), "-p", file("pid"), "-D"];
      },
    });
    const stop = async () => {
      await running.stop();
      await remove();
    };
    try {
      await makeMailboxes(path.join(folder, "imap"), names);
      const users = names.map((name) => userOf(running.url, name));
      const [first] = users;
      if (first === undefined) throw new Error("Cyrus needs a user.");
      return { ...first, users, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await remove();
    throw error;
  }
}

function userOf(url: string, username: string): CyrusUser {
  const login = { url, username, password: PASSWORD };
  const homeUrl = `${url}dav/calendars/user/${username}/`;
  return {
    ...plainAccess(login, homeUrl),
    ...login,
    principalUrl: `${url}dav/principals/user/${username}/`,
    homeUrl,
    address: `${username}@${DOMAIN}`,
  };
}

/** The user it runs as need not be able to read where the packages were unpacked. */
async function readablePrograms(unpacked: string, folder: string): Promise<string> {
  if (NOBODY === undefined) return unpacked;
  const copy = path.join(folder, "programs");
  for (const part of ["usr/lib", "usr/sbin", "lib"].map((name) => path.join(unpacked, name)))
    if (existsSync(part))
      await cp(part, path.join(copy, path.relative(unpacked, part)), {
        recursive: true,
        verbatimSymlinks: true,
      });
  return copy;
}

/** @returns the environment in which the programs find the libraries that were unpacked with them */
async function librariesOf(programs: string): Promise<Record<string, string>> {
  const libraries = await librariesIn(programs);
  const plugins = libraries.flatMap((folder) => [
    path.join(folder, "sasl2"),
    path.join("/usr/lib", path.basename(folder), "sasl2"),
  ]);
  return { LD_LIBRARY_PATH: libraries.join(":"), SASL_PATH: plugins.join(":") };
}

async function writeSettings(folder: string, programs: string, port: number): Promise<void> {
  for (const name of ["conf", "conf/db", "conf/socket", "spool"])
    await mkdir(path.join(folder, name), { recursive: true });
  const program = (name: string) =>
    `${path.join(programs, "usr/lib/cyrus/bin", name)} -C ${path.join(folder, "imapd.conf")}`;
  await writeFile(
    path.join(folder, "imapd.conf"),
    [
      `configdirectory: ${folder}/conf`,
      `partition-default: ${folder}/spool`,
      "defaultpartition: default",
      `cyrus_user: ${NOBODY ? "nobody" : (process.env.USER ?? process.env.LOGNAME)}`,
      `admins: ${ADMIN}`,
      "virtdomains: off",
      "unixhierarchysep: yes",
      `servername: ${DOMAIN}`,
      `defaultdomain: ${DOMAIN}`,
      "httpmodules: caldav",
      "httpallowcleartext: yes",
      "allowplaintext: yes",
      `calendar_user_address_set: ${DOMAIN}`,
      "sasl_pwcheck_method: auxprop",
      "sasl_auxprop_plugin: sasldb",
      `sasl_sasldb_path: ${folder}/sasldb2`,
      "",
    ].join("\n"),
  );
  await writeFile(
    path.join(folder, "cyrus.conf"),
    [
      `START {\n recover cmd="${program("ctl_cyrusdb")} -r"\n}`,
      "SERVICES {",
      ` http cmd="${program("httpd")}" listen="127.0.0.1:${port}" prefork=1`,
      ` imap cmd="${program("imapd")}" listen="${folder}/imap" prefork=0`,
      "}",
      "EVENTS {\n}",
      "",
    ].join("\n"),
  );
}

function addLogins(
  folder: string,
  programs: string,
  environment: Record<string, string>,
  names: readonly string[],
): void {
  const args = ["-p", "-c", "-f", path.join(folder, "sasldb2"), "-u", DOMAIN];
  for (const name of names)
    execute(path.join(programs, "usr/sbin/saslpasswd2"), [...args, name], {
      input: PASSWORD,
      env: { ...process.env, ...environment },
    });
}

function execute(
  program: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): void {
  const { status, stderr, error } = spawnSync(program, args, { ...options, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? stderr}`);
}

/** A user's calendars come into being with their first request, once they have a mailbox. */
async function makeMailboxes(socket: string, names: readonly string[]): Promise<void> {
  const password = Buffer.from(PASSWORD, "utf8");
  // A literal (RFC 7888): the password is not ASCII.
  const login = `LOGIN ${ADMIN} {${password.length}+}\r\n${PASSWORD}`;
  const commands = [login, ...names.map((name) => `CREATE user/${name}`), "LOGOUT"];
  const connection = connect(socket);
  connection.setTimeout(30_000, () => connection.destroy(new Error("Cyrus' IMAP hangs.")));
  let said = "";
  let tag = 0;
  for await (const chunk of connection) {
    said += String(chunk);
    const isAnswer = tag === 0 ? /^\* OK.*\r\n/.test(said) : said.includes(`\r\nt${tag} OK`);
    if (/(?:^|\r\n)(?:t\d+ (?:NO|BAD)|\* BYE .*error)/.test(said))
      throw new Error(`Cyrus refused: ${said.slice(-300)}`);
    const command = commands[tag];
    if (!isAnswer || command === undefined) continue;
    said = "\r\n";
    connection.write(`t${++tag} ${command}\r\n`);
  }
  if (tag < commands.length) throw new Error(`Cyrus ended the connection: ${said.slice(-300)}`);
}
