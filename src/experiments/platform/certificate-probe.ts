/**
 * Why a TLS connection failed. A page's fetch only says "NetworkError"; a privileged channel to the same
 * address knows the reason.
 */
import { probe } from "./anonymous-probe.ts";
import type { Timers } from "./deadline.ts";
import { getService } from "./xpcom.ts";

/** nsINSSErrorsService.ERROR_CLASS_BAD_CERT: a problem of the certificate, not of the protocol. */
const BAD_CERTIFICATE = 2;

/** @returns the error's name such as `MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT`; `null` when it is not the certificate */
export async function probeCertificate(url: string, timers: Timers): Promise<string | null> {
  if (Services.io.newURI(url).scheme !== "https") return null;
  const answer = await probe(url, timers);
  return answer === null ? null : certificateError(answer.channel, answer.status);
}

function certificateError(channel: nsIChannel, status: number): string | null {
  try {
    const errors = getService<nsINSSErrorsService>(
      "@mozilla.org/nss_errors_service;1",
      "nsINSSErrorsService",
    );
    if (errors.getErrorClass(status) !== BAD_CERTIFICATE) return null;
    return channel.securityInfo?.errorCodeString || "SEC_ERROR_UNKNOWN";
  } catch {
    // Not a TLS error at all: the service refuses its code.
    return null;
  }
}
