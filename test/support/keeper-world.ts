/**
 * The whole product for an end-to-end test: a real Radicale with calendars in it, a real Thunderbird with the
 * built XPI, and an account added by command. Everything is stopped by `stop`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../../src/shared/commands.ts";
import type { DavServer } from "./dav-server.ts";
import { startRadicale } from "./radicale.ts";
import { type LaunchOptions, launchThunderbird, type Thunderbird } from "./thunderbird.ts";
import { ThunderbirdUser } from "./thunderbird-user.ts";

export const XPI = path.join(import.meta.dirname, "../../dist/caldav-keeper.xpi");

export interface WorldOptions {
  /** Calendars on the server: name → resources. */
  readonly calendars: Readonly<Record<string, readonly { name: string; text: string }[]>>;
  readonly launch?: LaunchOptions;
  readonly server?: () => Promise<DavServer>;
}

export interface World {
  readonly server: DavServer;
  readonly thunderbird: Thunderbird;
  readonly user: ThunderbirdUser;
  /** A directory the add-on may write a store into. */
  readonly folder: string;
  readonly accountId: string;
  /** Calendar id in Thunderbird, and collection URL, by name. */
  readonly calendars: Readonly<Record<string, { id: string; url: string }>>;
  /** Sends a command. @throws Error with code and message when it is refused */
  run<C extends CommandName>(command: C, args: CommandArguments<C>): Promise<CommandValue<C>>;
  reply<C extends CommandName>(command: C, args: CommandArguments<C>): Promise<CommandReply<C>>;
  stop(): Promise<void>;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), "keeper-world-"));
  const server = await (options.server ?? startRadicale)();
  let thunderbird: Thunderbird | undefined;
  try {
    const urls: Record<string, string> = {};
    for (const [name, resources] of Object.entries(options.calendars)) {
      const url = await server.createCalendar(name, { displayName: name });
      urls[name] = url;
      for (const resource of resources) {
        await server.put(new URL(encodeURIComponent(resource.name), url).href, resource.text);
      }
    }
    const { prefs, ...launch } = options.launch ?? {};
    thunderbird = await launchThunderbird({
      xpi: XPI,
      ...launch,
      prefs: { "extensions.caldav-keeper.places": JSON.stringify([folder]), ...prefs },
    });
    const running = thunderbird;
    const reply = <C extends CommandName>(command: C, args: CommandArguments<C>) =>
      running.command<CommandReply<C>>(command, args);
    const run = async <C extends CommandName>(command: C, args: CommandArguments<C>) => {
      const answer = await reply(command, args);
      if (answer.ok) return answer.value;
      throw new Error(`${command}: ${answer.error.code}: ${answer.error.message}`);
    };
    const login = { location: server.url, username: server.username, password: server.password };
    const added = await run("accounts.add", { ...login, calendars: Object.values(urls) });
    const calendars: Record<string, { id: string; url: string }> = {};
    for (const [name, url] of Object.entries(urls)) {
      const calendar = added.calendars.find((one) => one.url === url);
      if (!calendar) throw new Error(`the calendar ${name} was not added`);
      calendars[name] = calendar;
    }
    return {
      server,
      thunderbird,
      user: new ThunderbirdUser(thunderbird),
      folder,
      accountId: added.accountId,
      calendars,
      run,
      reply,
      async stop() {
        await running.quit();
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await thunderbird?.quit();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
