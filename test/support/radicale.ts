/**
 * The real Radicale (https://radicale.org) on a free loopback port, with one user and an empty storage folder.
 * It re-serialises what it is sent and keeps its sync tokens in a cache folder.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type DavServer, plainAccess } from "./dav-server.ts";
import { available, startProgram } from "./server-process.ts";

export { available };

export const RADICALE_HOW_TO_GET =
  "On Debian or Ubuntu: apt-get install radicale. Elsewhere: pip install radicale.";

export interface RadicaleOptions {
  readonly username?: string;
  readonly password?: string;
  readonly port?: number;
  /** Used and kept when given (to start again with the same calendars); else temporary. */
  readonly folder?: string;
  /** Behind another server, which checks passwords and names the user in X-Remote-User. */
  readonly trustsRemoteUser?: boolean;
}

export interface Radicale extends DavServer {
  /** Where it keeps its collections. */
  readonly folder: string;
  /** What it has logged. */
  output(): string;
}

/** @throws Error naming how to get Radicale when it is missing */
export async function startRadicale(options: RadicaleOptions = {}): Promise<Radicale> {
  const username = options.username ?? "keeper";
  const password = options.password ?? "pass word ü";
  const running = await startProgram({
    program: "radicale",
    howToGet: RADICALE_HOW_TO_GET,
    port: options.port,
    folder: options.folder,
    arguments: async ({ port, folder }) => {
      await mkdir(path.join(folder, "storage"), { recursive: true });
      const users = path.join(folder, "users");
      const config = path.join(folder, "config");
      await writeFile(users, `${username}:${password}\n`);
      await writeFile(
        config,
        [
          "[server]",
          `hosts = 127.0.0.1:${port}`,
          "max_connections = 40",
          "[auth]",
          `type = ${options.trustsRemoteUser ? "http_x_remote_user" : "htpasswd"}`,
          `htpasswd_filename = ${users}`,
          "htpasswd_encryption = plain",
          "delay = 0",
          "[storage]",
          `filesystem_folder = ${path.join(folder, "storage")}`,
          "[logging]",
          "level = warning",
          "",
        ].join("\n"),
      );
      return ["--config", config];
    },
  });
  const principalUrl = `${running.url}${encodeURIComponent(username)}/`;
  const login = { url: running.url, username, password };
  return {
    ...plainAccess(login, principalUrl),
    ...login,
    principalUrl,
    homeUrl: principalUrl,
    folder: running.folder,
    output: running.output,
    stop: running.stop,
  };
}
