/**
 * The commands by which pages and tests drive the background: `runtime.sendMessage({ command, ...args })`,
 * answered by {@link CommandReply}. Typed once, here; described for readers in docs/commands.md.
 */
import type { AccountCommands } from "./commands/account-commands.ts";
import type { HistoryCommands } from "./commands/history-commands.ts";
import type { MovingCommands } from "./commands/moving-commands.ts";
import type { StoreCommands } from "./commands/store-commands.ts";
import type { SyncCommands } from "./commands/sync-commands.ts";
import type { WireError } from "./errors.ts";

export type * from "./commands/account-commands.ts";
export type * from "./commands/history-commands.ts";
export type * from "./commands/moving-commands.ts";
export type * from "./commands/store-commands.ts";
export type * from "./commands/sync-commands.ts";

export interface Operation {
  readonly id: string;
  readonly operation: string;
  readonly done: number;
  /** 0 while unknown. */
  readonly total: number;
  readonly note: string;
  /** What it is about, e.g. the id of a calendar, where several of the kind may run at once. */
  readonly subject?: string;
}

/** What the person chose in Thunderbird's menu. */
export interface Appearance {
  /** Of text; 1: as large as the system has it. */
  readonly textScale: number;
  readonly density: "compact" | "default" | "relaxed";
}

/** Name → arguments and value. */
export interface Commands
  extends AccountCommands,
    MovingCommands,
    SyncCommands,
    StoreCommands,
    HistoryCommands {
  "appearance.read": { args: object; value: Appearance };
  "operations.list": { args: object; value: Operation[] };
  "operations.cancel": { args: { id: string }; value: { cancelled: boolean } };
  "diagnostics.report": { args: object; value: { text: string } };
}

export type CommandName = keyof Commands;

export type CommandArguments<C extends CommandName> = Commands[C]["args"];

export type CommandValue<C extends CommandName> = Commands[C]["value"];

export type CommandMessage<C extends CommandName = CommandName> = {
  command: C;
} & CommandArguments<C>;

export type CommandReply<C extends CommandName = CommandName> =
  | { ok: true; value: CommandValue<C> }
  | { ok: false; error: WireError };

/** Broadcast to open pages while work goes on, and when something they show has changed. */
export type BackgroundEvent =
  | ({ event: "progress" } & Operation)
  | { event: "finished"; operation: string; id: string; ok: boolean }
  /** New calendars on the server: see {@link Account.offered}. */
  | { event: "offered"; accountId: string; names: readonly string[] }
  | { event: "changed"; what: "accounts" | "snapshots" | "settings" | "conflicts" };
