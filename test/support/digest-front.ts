/**
 * A web server of somebody else's that asks for Digest authentication (RFC 7616) and passes what is signed on to
 * Radicale: Apache (MD5, nonces that are stale after a second) or lighttpd (SHA-256).
 */
import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureServer } from "../../scripts/ensure-servers.ts";
import type { DavLogin } from "./dav-server.ts";
import { startRadicale } from "./radicale.ts";
import { startProgram } from "./server-process.ts";
import { folderOf, librariesIn } from "./unpacked-server.ts";

export const apache = await ensureServer("Apache");
export const lighttpd = await ensureServer("lighttpd");

export interface DigestFront extends DavLogin {
  /** What it wrote into its log of errors, if it has one. */
  errors(): Promise<string>;
  stop(): Promise<void>;
}

const REALM = "Digest, of course";
const LOGIN = { username: "keeper", password: "pass word ü" };

interface Place {
  readonly folder: string;
  readonly port: number;
  /** Of Radicale. */
  readonly behind: URL;
}

export const startApacheFront = (): Promise<DigestFront> =>
  start(
    (root) => path.join(root, "usr/sbin/apache2"),
    folderOf(apache),
    "md5",
    ({ folder, port, behind }) => {
      const modules = path.join(folderOf(apache), "usr/lib/apache2/modules");
      const load = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user"]
        .concat(["auth_digest", "headers", "proxy", "proxy_http"])
        .map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`);
      const settings = [
        ...load,
        `ServerRoot "${folder}"`,
        `PidFile "${folder}/pid"`,
        `DefaultRuntimeDir "${folder}"`,
        `ErrorLog "${folder}/errors"`,
        "LogLevel auth_digest:info",
        `Listen 127.0.0.1:${port}`,
        "ServerName 127.0.0.1",
        // Debian's user and group for web servers; read as root only.
        ...(process.getuid?.() === 0 ? ["User www-data", "Group www-data"] : []),
        `<Location "/">`,
        "AuthType Digest",
        `AuthName "${REALM}"`,
        "AuthDigestNonceLifetime 1",
        `AuthUserFile "${folder}/users"`,
        "Require valid-user",
        "RequestHeader set X-Remote-User expr=%{REMOTE_USER}",
        "</Location>",
        `ProxyPass "/" "${behind.href}"`,
        "",
      ];
      return { settings, arguments: (file) => ["-DFOREGROUND", "-f", file] };
    },
  );

export const startLighttpdFront = (): Promise<DigestFront> =>
  start(
    (root) => path.join(root, "usr/sbin/lighttpd"),
    folderOf(lighttpd),
    "sha256",
    ({ folder, port, behind }) => {
      const settings = [
        `server.modules = ("mod_auth", "mod_authn_file", "mod_setenv", "mod_proxy")`,
        `server.document-root = "${folder}"`,
        `server.bind = "127.0.0.1"`,
        `server.port = ${port}`,
        `auth.backend = "htdigest"`,
        `auth.backend.htdigest.userfile = "${folder}/users"`,
        `auth.require = ("" => ("method" => "digest", "algorithm" => "SHA-256", "realm" => "${REALM}", "require" => "valid-user"))`,
        `setenv.set-request-header = ("X-Remote-User" => "${LOGIN.username}")`,
        `proxy.server = ("" => (("host" => "${behind.hostname}", "port" => ${behind.port})))`,
        "",
      ];
      const modules = path.join(folderOf(lighttpd), "usr/lib/lighttpd");
      return { settings, arguments: (file) => ["-D", "-m", modules, "-f", file] };
    },
  );

async function start(
  program: (root: string) => string,
  root: string,
  hash: "md5" | "sha256",
  describe: (place: Place) => { settings: string[]; arguments: (file: string) => string[] },
): Promise<DigestFront> {
  const radicale = await startRadicale({ ...LOGIN, trustsRemoteUser: true });
  const folder = await mkdtemp(path.join(tmpdir(), "digest-front-"));
  const clean = async () => {
    await radicale.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // Read by the user that Apache becomes.
    await chmod(folder, 0o755);
    const { username, password } = LOGIN;
    const secret = createHash(hash).update(`${username}:${REALM}:${password}`).digest("hex");
    await writeFile(path.join(folder, "users"), `${username}:${REALM}:${secret}\n`);
    const running = await startProgram({
      program: program(root),
      howToGet: "",
      folder,
      hasChildren: true,
      environment: { LD_LIBRARY_PATH: (await librariesIn(root)).join(":") },
      arguments: async ({ port }) => {
        const file = path.join(folder, "settings");
        const described = describe({ folder, port, behind: new URL(radicale.url) });
        await writeFile(file, described.settings.join("\n"));
        return described.arguments(file);
      },
    });
    return {
      ...LOGIN,
      url: running.url,
      errors: () => readFile(path.join(folder, "errors"), "utf8").catch(() => ""),
      stop: async () => {
        await running.stop();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
