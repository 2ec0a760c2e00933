/** Counts what goes over a transport: requests sent and body bytes received. */
import type { HttpRequest, HttpResponse, Transport } from "./transport.ts";

export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

export class TrafficCounter implements Transport {
  readonly #transport: Transport;
  #requests = 0;
  #bytes = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.#requests++;
    const response = await this.#transport.send(request);
    this.#bytes += response.bytes.length;
    return response;
  }

  /** What was counted since the last call. */
  take(): Traffic {
    const traffic = { requests: this.#requests, bytes: this.#bytes };
    this.#requests = 0;
    this.#bytes = 0;
    return traffic;
  }
}
