/** Thunderbird's own dialog for a server whose certificate it does not trust. Nothing is trusted without it. */
import { probeCertificate } from "./certificate-probe.ts";
import type { Timers } from "./deadline.ts";
import { openDialogWindow } from "./dialog-window.ts";

const DIALOG = "chrome://pippki/content/exceptionDialog.xhtml";

/** @returns whether Thunderbird takes the certificate now, which it may have done before */
export async function trustCertificate(host: string, timers: Timers): Promise<boolean> {
  const { asciiHostPort, port } = Services.io.newURI(`https://${host}/`);
  const location = port === -1 ? `${asciiHostPort}:443` : asciiHostPort;
  const url = `https://${location}/`;
  if ((await probeCertificate(url, timers)) === null) return true;
  const { closed } = openDialogWindow(DIALOG, "", { location, prefetchCert: true });
  await closed;
  return (await probeCertificate(url, timers)) === null;
}
