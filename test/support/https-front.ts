/** Stands before a CalDAV server with encryption, as a web server does; can want a certificate of whoever asks. */
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { TLSSocket } from "node:tls";

export interface HttpsFront {
  readonly port: number;
  /** Cookies that were sent, each as it came. */
  readonly cookies: string[];
  /** For each connection whether it came with a certificate. */
  readonly certificates: boolean[];
  /** As after a renewal: whoever connects from now on is shown this one. */
  renew(certificate: { readonly key: string; readonly cert: string }): void;
  stop(): Promise<void>;
}

export interface HttpsFrontOptions {
  readonly key: string;
  readonly cert: string;
  /** Where requests are handed on. */
  readonly behind: string;
  readonly asksForCertificate?: boolean;
}

export async function startHttpsFront(options: HttpsFrontOptions): Promise<HttpsFront> {
  const { key, cert, behind, asksForCertificate = false } = options;
  const cookies: string[] = [];
  const certificates: boolean[] = [];
  const http: Server = createServer(
    { key, cert, requestCert: asksForCertificate, rejectUnauthorized: false },
    (asked, response) => {
      const { url: path = "/", method, headers } = asked;
      if (headers.cookie !== undefined) cookies.push(headers.cookie);
      const { subject } = (asked.socket as TLSSocket).getPeerCertificate() ?? {};
      certificates.push(subject !== undefined);
      const { port } = new URL(behind);
      const handedOn = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
        const whose = `session=${cookies.length}; Path=/; Secure; SameSite=None`;
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, "Set-Cookie": whose });
        answer.pipe(response);
      });
      handedOn.once("error", () => response.destroy());
      asked.pipe(handedOn);
    },
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    port: address.port,
    cookies,
    certificates,
    renew(certificate) {
      http.setSecureContext(certificate);
      http.closeAllConnections();
    },
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
