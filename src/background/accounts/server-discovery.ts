/** The accounts' view of CalDAV discovery: a location and a login in, principal and calendars out. */
import { discover } from "../caldav/discovery.ts";
import { withBasicAuth } from "../transport/basic-auth.ts";
import type { Transport } from "../transport/transport.ts";
import type { Discovery } from "./ports.ts";

export function serverDiscovery(transport: Transport): Discovery {
  return {
    async discover(location, login, signal) {
      const found = await discover({
        location,
        transportFor: (origin) => withBasicAuth(transport, { origin, ...login }),
        signal,
      });
      return { ...found, homes: found.homeUrls };
    },
  };
}
