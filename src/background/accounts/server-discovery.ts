/** The accounts' view of CalDAV discovery: a location and a login in, principal and calendars out. */
import { AppError, isAppError } from "../../shared/errors.ts";
import { discover } from "../caldav/discovery.ts";
import type { ServiceRecords } from "../caldav/service-records.ts";
import { followRedirects } from "../transport/redirects.ts";
import { isAgreed } from "../transport/scheme-guard.ts";
import type { Transport } from "../transport/transport.ts";
import { signedTransport } from "./account-logins.ts";
import type { Discovery } from "./ports.ts";

/** @param lookUpService `messenger.platform.lookUpService` */
export function serverDiscovery(
  transport: Transport,
  lookUpService?: (name: string) => Promise<ServiceRecords>,
): Discovery {
  return {
    async discover(location, login, signal, hosts) {
      const found = await discover({
        location,
        ...(lookUpService ? { lookUpService } : {}),
        ...(hosts ? { hosts } : {}),
        transportFor: (origin) => {
          const origins = new Set([origin]);
          return followRedirects(signedTransport(transport, origins, login), {
            bare: transport,
            mayFollow: (_, to) => isAgreed(origins, to),
          });
        },
        signal,
      }).catch((error: unknown) => {
        throw "token" in login ? aboutSignIn(error) : error;
      });
      return { ...found, homes: found.homeUrls };
    },
  };
}

/** A refusal speaks of user name and password, of which there is none. */
function aboutSignIn(error: unknown): unknown {
  if (!isAppError(error, "unauthorized")) return error;
  const { host } = error.details;
  return new AppError("unauthorized", `${host} does not take this sign-in.`, {
    hint: "Nothing was changed. Check the user name, sign in as the same person, and allow access to your calendars.",
    retry: "after-user",
    details: error.details,
    cause: error,
  });
}
