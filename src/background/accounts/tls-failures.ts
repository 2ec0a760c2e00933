/**
 * Tells a refused certificate from a dead network: `fetch` reports both alike, so after a failure over https
 * Thunderbird is asked why its own connection would fail.
 */
import { AppError, isAppError } from "../../shared/errors.ts";
import type { Transport } from "../transport/transport.ts";

/** @param probe `messenger.platform.probeCertificate` */
export function explainTlsFailures(
  transport: Transport,
  probe: (url: string) => Promise<{ error: string | null }>,
): Transport {
  return {
    async send(request) {
      try {
        return await transport.send(request);
      } catch (failure) {
        if (!isAppError(failure, "network") || !/^https:/i.test(request.url)) throw failure;
        const { origin, host } = new URL(request.url);
        const { error } = await probe(`${origin}/`).catch(() => ({ error: null }));
        if (error === null) throw failure;
        throw new AppError("tls", `Thunderbird does not trust the certificate of ${host}.`, {
          hint: "Nothing was sent. If this is your own server, look at its certificate and confirm it; else ask whoever runs it.",
          retry: "after-user",
          details: { host, certificate: error },
          cause: failure,
        });
      }
    },
  };
}
