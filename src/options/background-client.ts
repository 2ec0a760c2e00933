/** The page's line to the background: commands typed by name, and the events it broadcasts. */
import type {
  BackgroundEvent,
  CommandArguments,
  CommandName,
  CommandReply,
  CommandValue,
} from "../shared/commands.ts";
import { AppError, fromWire } from "../shared/errors.ts";
import { type Sentences, sentencesOf } from "../shared/sentences.ts";

/** The part of `browser.runtime` that is used. */
export interface MessagePort {
  sendMessage(message: unknown): Promise<unknown>;
  readonly onMessage: { addListener(listener: (message: unknown) => undefined): void };
}

export class BackgroundClient {
  readonly #port: MessagePort;
  readonly #sentences: Sentences;
  readonly #listeners: ((event: BackgroundEvent) => void)[] = [];

  /** @param sentences what the background reports as errors is told in their language */
  constructor(port: MessagePort, sentences: Sentences = sentencesOf("en")) {
    this.#port = port;
    this.#sentences = sentences;
    port.onMessage.addListener((message) => {
      if (isEvent(message)) {
        const told = sentences.translateErrors(message);
        for (const listener of this.#listeners) listener(told);
      }
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
    if (reply === undefined) {
      const message = this.#sentences.translate("The add-on's background did not answer.");
      throw new AppError("bug", message);
    }
    const told = this.#sentences.translateErrors(reply);
    if (told.ok) return told.value;
    throw fromWire(told.error);
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
