/** Mail in Thunderbird as far as invitations need it: an identity, messages that lie in a folder, the invitation bar. */
import type { Thunderbird } from "./thunderbird.ts";

const PRELUDE = `
  const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
  const main = Services.wm.getMostRecentWindow("mail:3pane");
  const tabmail = main.document.getElementById("tabmail");
  const until = async (condition) => {
    for (;;) {
      const value = condition();
      if (value) return value;
      await new Promise((next) => setTimeout(next, 20));
    }
  };
`;

export interface InvitationBar {
  readonly label: string;
  /** Ids of the buttons that can be pressed. */
  readonly buttons: readonly string[];
}

export class ThunderbirdMail {
  readonly #thunderbird: Thunderbird;

  constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  #run<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.#thunderbird.chrome<T>(PRELUDE + script, ...args);
  }

  /** A mail account that never asks its server, and sends by the given port of this computer. */
  async setUp(email: string, smtpPort: number): Promise<void> {
    await this.#run(
      `const [email, port] = arguments;
       const { accounts } = MailServices;
       const smtp = MailServices.outgoingServer.createServer("smtp");
       smtp.QueryInterface(Ci.nsISmtpServer);
       smtp.hostname = "127.0.0.1";
       smtp.port = port;
       smtp.authMethod = Ci.nsMsgAuthMethod.none;
       smtp.socketType = Ci.nsMsgSocketType.plain;
       MailServices.outgoingServer.defaultServer = smtp;
       const identity = accounts.createIdentity();
       identity.email = email;
       identity.fullName = "The user";
       identity.smtpServerKey = smtp.key;
       identity.doFcc = false;
       const server = accounts.createIncomingServer(email.split("@")[0], "mail.invalid", "pop3");
       server.loginAtStartUp = false;
       server.doBiff = false;
       const account = accounts.createAccount();
       account.incomingServer = server;
       account.addIdentity(identity);
       accounts.defaultAccount = account;
       server.rootFolder.QueryInterface(Ci.nsIMsgLocalMailFolder).createLocalSubfolder("Invitations");
       // The calendar of a new profile would be offered, too.
       for (const calendar of cal.manager.getCalendars()) {
         if (calendar.type === "storage") calendar.setProperty("disabled", true);
       }
       return null;`,
      email,
      smtpPort,
    );
  }

  /** A message of this text arrives and is opened in a tab. */
  async open(message: string): Promise<void> {
    await this.#run(
      `const folder = MailServices.accounts.defaultAccount.incomingServer.rootFolder.getChildNamed("Invitations");
       const header = folder.QueryInterface(Ci.nsIMsgLocalMailFolder).addMessage(arguments[0]);
       tabmail.openTab("mailMessageTab", { messageURI: folder.getUriForMsg(header) });
       const inner = await until(() => {
         const { contentWindow } = tabmail.currentTabInfo.chromeBrowser;
         return contentWindow?.location.href === "about:message" && contentWindow;
       });
       await until(() => inner.document.getElementById("imip-bar")?.collapsed === false);
       return null;`,
      message,
    );
  }

  bar(): Promise<InvitationBar> {
    return this.#run(
      `const { document } = tabmail.currentTabInfo.chromeBrowser.contentWindow;
       const buttons = [...document.getElementById("imip-view-toolbar").querySelectorAll("toolbarbutton")];
       return {
         label: document.getElementById("imip-bar").label,
         buttons: buttons.filter((each) => each.id && !each.hidden).map((each) => each.id),
       };`,
    );
  }

  async press(button: string): Promise<void> {
    await this.#run(
      `const { document } = tabmail.currentTabInfo.chromeBrowser.contentWindow;
       document.getElementById(arguments[0]).doCommand();
       return null;`,
      button,
    );
  }

  async close(): Promise<void> {
    await this.#run("tabmail.closeTab(tabmail.currentTabInfo); return null;");
  }

  /** Saves an event of the user's own with guests, as the event dialog's "Save and Send" does. */
  async invite(calendarId: string, event: string): Promise<void> {
    await this.#run(
      `const [id, text] = arguments;
       const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
       const calendar = cal.manager.getCalendarById(id);
       const item = new CalEvent(text);
       item.calendar = calendar;
       item.organizer = cal.itip.createOrganizer(calendar);
       item.setProperty("X-MOZ-SEND-INVITATIONS", "TRUE");
       await main.doTransaction("add", item, calendar, null, null, { responseMode: Ci.calIItipItem.AUTO });
       return null;`,
      calendarId,
      event,
    );
  }

  /** Deletes an event and lets whom it concerns know. */
  async cancel(calendarId: string, uid: string): Promise<void> {
    await this.#run(
      `const [id, uid] = arguments;
       const calendar = cal.manager.getCalendarById(id);
       const item = await calendar.getItem(uid);
       await main.doTransaction("delete", item, calendar, null, null, { responseMode: Ci.calIItipItem.AUTO });
       return null;`,
      calendarId,
      uid,
    );
  }
}
