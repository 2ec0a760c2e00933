/** A self-signed certificate for `localhost`, made by the openssl program. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

/** PEM texts for `https.createServer`; their files are left in the folder. @throws Error without openssl */
export async function selfSignedCertificate(
  folder: string,
): Promise<{ key: string; cert: string }> {
  const key = path.join(folder, "localhost.key");
  const cert = path.join(folder, "localhost.crt");
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-days", "2", "-keyout", key, "-out", cert],
  ]);
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}

/** A certificate of a person's own with its key, as a PKCS #12 file without a password. @returns its path */
export async function personalCertificate(folder: string): Promise<string> {
  const run = promisify(execFile);
  const [key, cert, both] = ["ada.key", "ada.crt", "ada.p12"].map((name) =>
    path.join(folder, name),
  );
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ada", "-days", "2"],
    ...["-keyout", String(key), "-out", String(cert)],
  ]);
  await run("openssl", [
    ...["pkcs12", "-export", "-inkey", String(key), "-in", String(cert)],
    ...["-out", String(both), "-passout", "pass:"],
  ]);
  return String(both);
}
