/**
 * Programs that a part of the tests needs. Where one is missing that part is skipped by name, with how to get
 * the program; with KEEPER_REQUIRE_ALL=1 it fails instead.
 */
import { describe, test } from "vitest";
import { available } from "./server-process.ts";

export function describeWithProgram(program: string, howToGet: string, suite: () => void): void {
  if (available(program)) {
    suite();
    return;
  }
  const reason = `${program} is not installed. ${howToGet}`;
  if (process.env.KEEPER_REQUIRE_ALL === "1") {
    test(`${program} is there`, () => {
      throw new Error(reason);
    });
  } else {
    describe.skip(`skipped: ${reason}`, suite);
  }
}
