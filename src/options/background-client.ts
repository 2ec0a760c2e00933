/** The page's line to the background: commands typed by name, and the events it broadcasts. */
import type {
  BackgroundEvent,
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../shared/commands.ts";
import { AppError, fromWire } from "../shared/errors.ts";

/** The part of `browser.runtime` that is used. */
export interface MessagePort {
  sendMessage(message: unknown): Promise<unknown>;
  readonly onMessage: { addListener(listener: (message: unknown) => undefined): void };
}

export class BackgroundClient {
  readonly #port: MessagePort;
  readonly #listeners: ((event: BackgroundEvent) => void)[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
    port.onMessage.addListener((message) => {
      if (isEvent(message)) for (const listener of this.#listeners) listener(message);
      return undefined;
    });
  }

  /** @throws AppError as the command's; "bug" when the background gave no answer */
  async call<C extends CommandName>(
    command: C,
    args: CommandArguments<C>,
  ): Promise<CommandValue<C>> {
    const reply = (await this.#port.sendMessage({ command, ...args })) as
      | CommandReply<C>
      | undefined;
    if (reply === undefined) throw new AppError("bug", "The add-on's background did not answer.");
    if (reply.ok) return reply.value;
    throw fromWire(reply.error);
  }

  onEvent(listener: (event: BackgroundEvent) => void): void {
    this.#listeners.push(listener);
  }
}

function isEvent(message: unknown): message is BackgroundEvent {
  return (
    typeof message === "object" &&
    message !== null &&
    typeof (message as { event?: unknown }).event === "string"
  );
}
