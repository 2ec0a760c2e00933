/** Certificates that Thunderbird does not trust by itself: the user decides, in Thunderbird's own dialog. */
import type { StoredAccount } from "../settings/account-settings.ts";
import type { StoredValue } from "../settings/stored-value.ts";

export interface CertificatesDependencies {
  readonly platform: Pick<typeof messenger.platform, "trustCertificate">;
  readonly stored: Pick<StoredValue<StoredAccount[]>, "read">;
  readonly requestSync: (calendarIds: readonly string[]) => void;
}

export class Certificates {
  readonly #deps: CertificatesDependencies;

  constructor(dependencies: CertificatesDependencies) {
    this.#deps = dependencies;
  }

  /**
   * Resolves when the dialog is closed. What waited for that server is synchronized then.
   * @param host `host` or `host:port`
   * @returns whether Thunderbird trusts the server's certificate now
   */
  async trust(host: string): Promise<{ trusted: boolean }> {
    const { platform, stored, requestSync } = this.#deps;
    const { trusted } = await platform.trustCertificate(host);
    if (trusted) {
      const server = new URL(`https://${host}`).host;
      const calendars = (await stored.read()).flatMap((account) => account.calendars);
      requestSync(calendars.filter(({ url }) => new URL(url).host === server).map(({ id }) => id));
    }
    return { trusted };
  }
}
