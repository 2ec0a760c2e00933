/** Token endpoints are spoken to by the platform experiment; see `messenger.platform.postForm` for why. */
import { fromWire } from "../../../shared/errors.ts";
import type { Transport } from "../../transport/transport.ts";

export function formTransport(platform: Pick<typeof messenger.platform, "postForm">): Transport {
  return {
    async send({ url, headers, body = "", signal }) {
      signal?.throwIfAborted();
      const authorization = new Headers(headers).get("Authorization");
      const answer = await (authorization === null
        ? platform.postForm(url, body)
        : platform.postForm(url, body, authorization));
      if ("error" in answer) throw fromWire(answer.error);
      const { status, text } = answer;
      const bytes = new TextEncoder().encode(text);
      return { status, bytes, headers: new Headers(), url, redirected: false };
    },
  };
}
