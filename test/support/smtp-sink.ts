/** A mail server on loopback that keeps what it is given (RFC 5321, just enough of it) and delivers nothing. */
import { createServer, type Server, type Socket } from "node:net";

export interface SunkMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it was sent, headers and all, without the transport's dots. */
  readonly text: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly mails: readonly SunkMail[];
  forget(): void;
  stop(): Promise<void>;
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const mails: SunkMail[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    port: address.port,
    mails,
    forget: () => {
      mails.length = 0;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(socket: Socket, onMail: (mail: SunkMail) => void): void {
  let from = "";
  let to: string[] = [];
  /** Lines of the message; `null` outside of one. */
  let message: string[] | null = null;
  const say = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  const command = (line: string): void => {
    const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "MAIL") {
      from = address;
      to = [];
    }
    if (verb === "RCPT") to.push(address);
    if (verb === "DATA") message = [];
    if (verb === "QUIT") socket.end("221 bye\r\n");
    else say(verb === "DATA" ? "354 go on" : "250 OK");
  };
  const line = (text: string): void => {
    if (message === null) command(text);
    else if (text !== ".") message.push(text.replace(/^\./, ""));
    else {
      onMail({ from, to, text: message.join("\r\n") });
      message = null;
      say("250 kept");
    }
  };
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\r\n");
    rest = lines.pop() ?? "";
    for (const each of lines) line(each);
  });
  say("220 sink");
}

/** The calendar part of a mail with an invitation or an answer, unfolded; `null` without. */
export function calendarPart(mail: SunkMail): string | null {
  for (const part of mail.text.split(/\r\n--/)) {
    if (!/^Content-Type: text\/calendar/im.test(part)) continue;
    const [head = "", ...body] = part.split("\r\n\r\n");
    const text = body.join("\r\n\r\n");
    const plain = /Content-Transfer-Encoding: base64/i.test(head)
      ? Buffer.from(text, "base64").toString("utf8")
      : /quoted-printable/i.test(head)
        ? text
            .replace(/=\r\n/g, "")
            .replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
              String.fromCharCode(Number.parseInt(hex, 16)),
            )
        : text;
    return plain.replace(/\r?\n[ \t]/g, "");
  }
  return null;
}
