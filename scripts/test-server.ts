/**
 * `npm run test:server`: the conformance run against the server of CALDAV_URL, with CALDAV_USERNAME and
 * CALDAV_PASSWORD. Ends with 1 when something is not as it should be. See docs/test-server.md.
 */
import { runConformance } from "../test/conformance/conformance-run.ts";

const {
  CALDAV_URL: url,
  CALDAV_USERNAME: username = "",
  CALDAV_PASSWORD: password = "",
} = process.env;

if (url === undefined) {
  console.error(
    "Set CALDAV_URL (and CALDAV_USERNAME, CALDAV_PASSWORD) to the server to be tried. See docs/test-server.md.",
  );
  process.exitCode = 2;
} else {
  try {
    const report = await runConformance({ url, username, password }, (line) => console.log(line));
    const failed = report.flows.some(({ failure }) => failure !== null);
    process.exitCode = failed || report.leftBehind !== null ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
