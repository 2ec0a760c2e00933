/**
 * Answers `runtime.sendMessage({ command, …arguments })` from our own pages: checks who asks and with what,
 * calls the handler of the table, and replies with a value or an error as plain data.
 */
import * as v from "valibot";
import type {
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../../shared/commands.ts";
import { AppError, toWire } from "../../shared/errors.ts";
import { argumentSchemas } from "./argument-schemas.ts";

export type CommandHandlers = {
  readonly [C in CommandName]: (args: CommandArguments<C>) => Promise<CommandValue<C>>;
};

/** The part of `runtime.MessageSender` that says who asks. */
export interface Sender {
  readonly id?: string | undefined;
  readonly url?: string | undefined;
}

export interface Self {
  readonly id: string;
  /** `moz-extension://…/` */
  readonly baseUrl: string;
}

/**
 * A listener for `runtime.onMessage`: a promise for our own pages' commands, `undefined` for everything else,
 * so that other listeners may answer.
 */
export function createDispatcher(
  handlers: () => CommandHandlers,
  self: Self,
  onBug: (command: string, error: unknown) => void = () => {},
): (message: unknown, sender: Sender) => Promise<CommandReply> | undefined {
  return (message, sender) => {
    if (sender.id !== self.id || !sender.url?.startsWith(self.baseUrl)) return undefined;
    if (!isCommandMessage(message)) return undefined;
    const { command, ...args } = message;
    return answer(handlers, command, args).catch((error: unknown) => {
      const wire = toWire(error);
      if (wire.code === "bug") onBug(command, error);
      return { ok: false, error: wire };
    });
  };
}

async function answer(
  handlers: () => CommandHandlers,
  command: string,
  args: Readonly<Record<string, unknown>>,
): Promise<CommandReply> {
  if (!isCommandName(command)) {
    throw new AppError("unknown-command", `There is no command "${command}".`, {
      details: { command },
    });
  }
  return { ok: true, value: await call(handlers(), command, args) };
}

function call<C extends CommandName>(
  handlers: CommandHandlers,
  command: C,
  args: Readonly<Record<string, unknown>>,
): Promise<CommandValue<C>> {
  return handlers[command](checkArguments(command, args));
}

/** @throws AppError "bad-argument" naming the argument and what is wrong with it, never its value */
export function checkArguments<C extends CommandName>(
  command: C,
  args: Readonly<Record<string, unknown>>,
): CommandArguments<C> {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const schema: v.GenericSchema<unknown, CommandArguments<C>> = argumentSchemas[command];
  const checked = v.safeParse(schema, given);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const argument = v.getDotPath(issue) ?? "";
  throw new AppError(
    "bad-argument",
    argument
      ? `The argument "${argument}" of ${command} ${describeIssue(issue)}.`
      : `${command} was called with unusable arguments.`,
    { hint: "Nothing was done.", details: { command, argument } },
  );
}

/** Without the received value: it may be a password. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  if (issue.message.startsWith("must ")) return issue.message;
  if (issue.expected === "never") return "is unknown";
  if (issue.received === "undefined") return "is missing";
  return issue.expected ? `must be ${issue.expected}` : "cannot be used";
}

function isCommandMessage(message: unknown): message is { command: string } {
  return (
    typeof message === "object" &&
    message !== null &&
    typeof (message as { command?: unknown }).command === "string"
  );
}

function isCommandName(command: string): command is CommandName {
  return Object.hasOwn(argumentSchemas, command);
}
