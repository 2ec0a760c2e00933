/** Token endpoints are spoken to by the platform experiment; see `messenger.platform.postForm` for why. */
import { fromWire } from "../../../shared/errors.ts";
import type { Transport } from "../../transport/transport.ts";

export function formTransport(platform: Pick<typeof messenger.platform, "postForm">): Transport {
  return {
    async send({ url, body = "", signal }) {
      signal?.throwIfAborted();
      const answer = await platform.postForm(url, body);
      if ("error" in answer) throw fromWire(answer.error);
      const { status, text } = answer;
      const bytes = new TextEncoder().encode(text);
      return { status, bytes, headers: new Headers(), url, redirected: false };
    },
  };
}
