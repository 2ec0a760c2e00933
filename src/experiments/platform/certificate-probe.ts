/**
 * Why a TLS connection failed. A page's fetch only says "NetworkError"; a privileged channel to the same
 * address knows the reason. The probe sends no credentials and ends as soon as the server answered.
 */
import type { Timers } from "./deadline.ts";
import { constants, getService } from "./xpcom.ts";

const DEADLINE_MS = 15_000;
/** nsINSSErrorsService.ERROR_CLASS_BAD_CERT: a problem of the certificate, not of the protocol. */
const BAD_CERTIFICATE = 2;
/** NS_BINDING_ABORTED: ended on purpose. */
const ABORTED = 0x804b0002;

/** @returns the error's name such as `MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT`; `null` when it is not the certificate */
export function probeCertificate(url: string, timers: Timers): Promise<string | null> {
  const uri = Services.io.newURI(url);
  if (uri.scheme !== "https") return Promise.resolve(null);
  const { NetUtil } = ChromeUtils.importESModule("resource://gre/modules/NetUtil.sys.mjs");
  const channel = NetUtil.newChannel({ uri, loadUsingSystemPrincipal: true });
  const { LOAD_ANONYMOUS, LOAD_BYPASS_CACHE, INHIBIT_CACHING } =
    constants<nsIRequestFlags>("nsIRequest");
  channel.loadFlags |= LOAD_ANONYMOUS | LOAD_BYPASS_CACHE | INHIBIT_CACHING;
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => {
      channel.cancel(ABORTED);
      resolve(null);
    }, DEADLINE_MS);
    const finish = (error: string | null) => {
      timers.clearTimeout(timer);
      resolve(error);
    };
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIRequestObserver", "nsIStreamListener"]),
      onStartRequest(request: nsIChannel) {
        // The handshake is over, well or badly; the body is of no interest.
        if (request.status === 0) request.cancel(ABORTED);
      },
      onDataAvailable() {
        // Nothing is read: the request is cancelled already.
      },
      onStopRequest(_request: nsIChannel, status: number) {
        finish(certificateError(channel, status));
      },
    };
    try {
      channel.asyncOpen(listener);
    } catch {
      // Refused before anything was sent, such as a port that Thunderbird never connects to.
      finish(null);
    }
  });
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
