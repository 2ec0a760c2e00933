/** Thunderbird's notifications, as whoever sits before it sees and clicks them: the system's own are not shown. */
import type { Thunderbird } from "./thunderbird.ts";

export interface SeenNotification {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export class Notifications {
  readonly #thunderbird: Thunderbird;

  private constructor(thunderbird: Thunderbird) {
    this.#thunderbird = thunderbird;
  }

  /** From now on, until Thunderbird ends. */
  static async watch(thunderbird: Thunderbird): Promise<Notifications> {
    await thunderbird.chrome(
      `const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
       const window = Services.wm.getMostRecentWindow("mail:3pane");
       window.keeperAlerts = [];
       const service = {
         QueryInterface: ChromeUtils.generateQI(["nsIAlertsService"]),
         showAlert(alert, observer) {
           window.keeperAlerts.push({ alert, observer });
           observer.observe(null, "alertshow", alert.name);
         },
         // 140 has this one in place of the other.
         showAlertNotification(image, title, text, clickable, name, observer) {
           this.showAlert({ name, title, text }, observer);
         },
         closeAlert() {},
       };
       registrar.registerFactory(Services.uuid.generateUUID(), "", "@mozilla.org/alerts-service;1", {
         QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
         createInstance: (iid) => service.QueryInterface(iid),
       });`,
    );
    return new Notifications(thunderbird);
  }

  seen(): Promise<SeenNotification[]> {
    return this.#thunderbird.chrome(
      `return Services.wm.getMostRecentWindow("mail:3pane").keeperAlerts
         .map(({ alert }) => ({ name: alert.name, title: alert.title, text: alert.text }));`,
    );
  }

  /** Waits for one whose title has these words. */
  until(words: string): Promise<SeenNotification> {
    return this.#thunderbird.waitFor(
      async () => (await this.seen()).find(({ title }) => title.includes(words)),
      `a notification: ${words}`,
      60_000,
    );
  }

  /** A click on the newest whose title has these words. */
  async click(words: string): Promise<void> {
    await this.until(words);
    await this.#thunderbird.chrome(
      `const { alert, observer } = Services.wm.getMostRecentWindow("mail:3pane").keeperAlerts
         .findLast(({ alert }) => alert.title.includes(arguments[0]));
       observer.observe(null, "alertclickcallback", alert.name);
       observer.observe(null, "alertfinished", alert.name);`,
      words,
    );
  }
}
