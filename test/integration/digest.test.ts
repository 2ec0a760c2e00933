/** Digest authentication as servers of others ask for it: the whole conformance run through it. */
import { describe, expect, test } from "vitest";
import { runConformance } from "../conformance/conformance-run.ts";
import { ServerAccess } from "../conformance/server-access.ts";
import {
  apache,
  type DigestFront,
  lighttpd,
  startApacheFront,
  startLighttpdFront,
} from "../support/digest-front.ts";
import { describeUnpacked } from "../support/unpacked-server.ts";

const fronts: [string, typeof apache, RegExp, () => Promise<DigestFront>][] = [
  ["Apache, MD5", apache, /algorithm=MD5/, startApacheFront],
  ["lighttpd, SHA-256", lighttpd, /algorithm=SHA-256/, startLighttpdFront],
];

describe("Digest", () => {
  for (const [name, found, algorithm, start] of fronts) {
    describeUnpacked(found, name, () => {
      test("finds, reads and writes calendars, and a wrong password is told as such", async () => {
        const front = await start();
        try {
          const challenge = await fetch(front.url);
          expect(challenge.status).toBe(401);
          expect(challenge.headers.get("www-authenticate")).toMatch(algorithm);
          const { flows, leftBehind } = await runConformance(front, () => {});
          expect(flows.filter(({ failure }) => failure !== null)).toEqual([]);
          expect(flows.length).toBeGreaterThan(0);
          expect(leftBehind).toBeNull();
          await expect(ServerAccess.find({ ...front, password: "wrong" })).rejects.toMatchObject({
            code: "unauthorized",
          });
        } finally {
          await front.stop();
        }
      });
    });
  }

  describeUnpacked(apache, "Apache, MD5", () => {
    test("goes on with a new nonce where the old one is stale", async () => {
      const front = await startApacheFront();
      try {
        const access = await ServerAccess.find(front);
        const before = await access.calendars();
        const read = async () => {
          expect(await access.calendars()).toEqual(before);
          return front.errors();
        };
        await expect.poll(read, { timeout: 20_000 }).toContain("nonce expired");
        expect(await access.calendars()).toEqual(before);
      } finally {
        await front.stop();
      }
    });
  });
});
