/**
 * The real Xandikos (https://www.xandikos.org) on a free loopback port. It has no authentication of its own:
 * any user name is let in. It keeps calendars in git repositories and re-serialises what it is sent.
 */
import { type DavServer, plainAccess } from "./dav-server.ts";
import { available, startProgram } from "./server-process.ts";

export { available };

export const XANDIKOS_HOW_TO_GET =
  "On Debian or Ubuntu: apt-get install xandikos. Elsewhere: pip install xandikos.";

export interface Xandikos extends DavServer {
  readonly folder: string;
  output(): string;
}

/** @throws Error naming how to get Xandikos when it is missing */
export async function startXandikos(
  options: { readonly port?: number; readonly folder?: string } = {},
): Promise<Xandikos> {
  const running = await startProgram({
    program: "xandikos",
    howToGet: XANDIKOS_HOW_TO_GET,
    port: options.port,
    folder: options.folder,
    arguments: ({ port, folder }) => [
      "-d",
      folder,
      "--defaults",
      "--current-user-principal",
      "/keeper/",
      "-l",
      "127.0.0.1",
      "-p",
      String(port),
    ],
  });
  const login = { url: running.url, username: "keeper", password: "any" };
  const homeUrl = `${running.url}keeper/calendars/`;
  return {
    ...plainAccess(login, homeUrl),
    ...login,
    principalUrl: `${running.url}keeper/`,
    homeUrl,
    folder: running.folder,
    output: running.output,
    stop: running.stop,
  };
}
