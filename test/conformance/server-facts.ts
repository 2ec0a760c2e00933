/** What a server does where the RFCs leave a choice, or where servers are known to differ. Found out by trying. */
import { brandAs, type SyncToken } from "../../src/shared/brands.ts";
import { isAppError } from "../../src/shared/errors.ts";
import { asName, bodyOf, fetchAll } from "../support/remote-calendar.ts";
import { sampleEvent } from "../support/sample-objects.ts";
import { type ServerAccess, signal } from "./server-access.ts";

export interface ServerFact {
  readonly question: string;
  readonly answer: string;
}

const said = (value: boolean): string => (value ? "yes" : "no");

/** @param url of an empty calendar; what is put into it stays there */
export async function serverFacts(access: ServerAccess, url: string): Promise<ServerFact[]> {
  const facts: ServerFact[] = [];
  const ask = async (question: string, find: () => Promise<string>): Promise<void> => {
    const answer = await find().catch((error: unknown) => `failed: ${wordsOf(error)}`);
    facts.push({ question, answer });
  };
  const collection = access.collection(url);
  const at = (name: string) => url + encodeURIComponent(name);

  await ask("tells changes by sync-collection", async () =>
    said((await collection.status(signal())).syncToken !== null),
  );
  await ask("has a ctag", async () => said((await collection.status(signal())).ctag !== null));
  await ask("tells rights", async () =>
    (await collection.status(signal())).readOnly ? "read only" : "writable",
  );
  await ask("takes", async () => (await collection.status(signal())).components.join(", "));
  await ask("answers an unknown sync token with", async () => {
    const token = brandAs<SyncToken>("http://example.invalid/never/given");
    try {
      await collection.changesSince(token, signal());
      return "a list of changes";
    } catch (error) {
      return wordsOf(error);
    }
  });
  const text = sampleEvent("facts-1");
  await ask("names an ETag after PUT", async () => {
    const answer = await access.put(at("facts 1@x.ics"), text);
    return `${said(answer.header("etag") !== null)} (status ${answer.status})`;
  });
  await ask("keeps the bytes it is sent", async () =>
    said((await access.get(at("facts 1@x.ics"))) === text),
  );
  await ask("has ETags that are", async () => {
    const etag = await access.header(at("facts 1@x.ics"), "etag");
    if (etag === null) return "missing";
    if (etag.startsWith("W/")) return "weak";
    return etag.startsWith('"') ? "strong" : "not quoted";
  });
  await ask("has schedule tags", async () =>
    said((await access.header(at("facts 1@x.ics"), "schedule-tag")) !== null),
  );
  await ask("answers a multiget with the bytes of GET", async () => {
    const names = ["a", "b", "c", "d", "e"].map((letter) => `facts-${letter}`);
    for (const name of names) await access.put(at(`${name}.ics`), sampleEvent(name));
    const listed = await collection.list(signal());
    const fetched = await fetchAll(collection, listed, signal());
    for (const name of names)
      if (bodyOf(fetched.get(`${name}.ics`)).text !== (await access.get(at(`${name}.ics`))))
        return "no";
    return "yes";
  });
  await ask("refuses to create over an existing event (If-None-Match)", async () => {
    const { status } = await access.put(at("facts-a.ics"), sampleEvent("facts-a"), {
      "If-None-Match": "*",
    });
    return `${said(status === 412)} (status ${status})`;
  });
  await ask("refuses to change a newer version (If-Match)", async () => {
    const { status } = await access.put(at("facts-a.ics"), sampleEvent("facts-a"), {
      "If-Match": '"never-given"',
    });
    return `${said(status === 412)} (status ${status})`;
  });
  await ask("answers a second event of one UID with", async () => {
    const { status } = await access.put(at("facts-second.ics"), sampleEvent("facts-b"));
    return `status ${status}`;
  });
  await ask("finds an event by its UID", async () =>
    said((await collection.findByUid("facts-c", signal())) !== null),
  );
  await ask("keeps the name it is asked to use", async () => {
    const target = { name: asName("facts ünï+@.ics"), href: null };
    const result = await collection.put(target, sampleEvent("facts-name"), "create", signal());
    return result.kind === "done" ? said(result.name === target.name) : result.kind;
  });
  await ask("takes an event that says nothing of its end", async () => {
    const moment = sampleEvent("facts-moment").replace(/DTEND.*\r\n/, "");
    const { status } = await access.put(at("facts-moment.ics"), moment);
    return `${said(status < 300)} (status ${status})`;
  });
  await ask("takes journals", async () => {
    const journal = sampleEvent("facts-journal")
      .replaceAll("VEVENT", "VJOURNAL")
      .replace(/DTEND.*\r\n/, "");
    const { status } = await access.put(at("facts-journal.ics"), journal);
    return `${said(status < 300)} (status ${status})`;
  });
  return facts;
}

export function wordsOf(error: unknown): string {
  if (!isAppError(error)) return error instanceof Error ? error.message : String(error);
  const { status } = error.details;
  return typeof status === "number" ? `${error.code} (status ${status})` : error.code;
}
