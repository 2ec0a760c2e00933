/** The conformance run itself: all well on servers we know, told where not, and nothing left behind. */
import { expect, test } from "vitest";
import { runConformance } from "../conformance/conformance-run.ts";
import { startCaldavTestServer } from "../support/caldav-test-server/server.ts";
import { describeCyrus, startCyrus } from "../support/cyrus.ts";
import type { DavServer } from "../support/dav-server.ts";
import { RADICALE_HOW_TO_GET, startRadicale } from "../support/radicale.ts";
import { describeWithProgram } from "../support/required-program.ts";
import { startXandikos, XANDIKOS_HOW_TO_GET } from "../support/xandikos.ts";

async function runOn(server: DavServer) {
  const { url, username, password } = server;
  const kept = await server.createCalendar("mine");
  const lines: string[] = [];
  const report = await runConformance({ url, username, password }, (line) => lines.push(line));
  expect(report.leftBehind).toBeNull();
  const failed = report.flows.filter(({ failure }) => failure !== null);
  expect(await server.list(kept)).toEqual([]);
  const facts = new Map(report.facts.map(({ question, answer }) => [question, answer]));
  return { failed, facts, lines };
}

test("the project's own server: everything is well, its bytes are kept", async () => {
  const server = await startCaldavTestServer();
  try {
    const { failed, facts } = await runOn(server);
    expect(failed).toEqual([]);
    expect(facts.get("keeps the bytes it is sent")).toBe("yes");
    expect(facts.get("has ETags that are")).toBe("strong");
  } finally {
    await server.stop();
  }
});

test("a server that overwrites and has no ETags is told as such", async () => {
  const server = await startCaldavTestServer();
  try {
    server.misbehave({ ignoresIfNoneMatch: true, noETags: true, putWithoutETag: true });
    const { facts, lines } = await runOn(server);
    expect(facts.get("has ETags that are")).toBe("missing");
    expect(facts.get("refuses to create over an existing event (If-None-Match)")).toMatch(/^no/);
    expect(lines.join("\n")).toContain("has ETags that are: missing");
  } finally {
    await server.stop();
  }
});

const programs: [string, string, () => Promise<DavServer>][] = [
  ["radicale", RADICALE_HOW_TO_GET, () => startRadicale()],
  ["xandikos", XANDIKOS_HOW_TO_GET, () => startXandikos()],
];
for (const [program, howToGet, start] of programs) {
  describeWithProgram(program, howToGet, () => {
    test(`${program}: everything is well`, async () => {
      const server = await start();
      try {
        const { failed, facts } = await runOn(server);
        expect(failed).toEqual([]);
        expect(facts.get("tells changes by sync-collection")).toBe("yes");
        expect(facts.get("keeps the bytes it is sent")).toBe("no");
      } finally {
        await server.stop();
      }
    });
  });
}

describeCyrus("Cyrus", () => {
  test("everything is well, though a UID is one for the account and events need an end", async () => {
    const server = await startCyrus();
    try {
      const { failed, facts } = await runOn(server);
      expect(failed).toEqual([]);
      expect(facts.get("tells changes by sync-collection")).toBe("yes");
      expect(facts.get("answers a second event of one UID with")).toBe("status 403");
      expect(facts.get("takes an event that says nothing of its end")).toBe("no (status 403)");
    } finally {
      await server.stop();
    }
  });
});
