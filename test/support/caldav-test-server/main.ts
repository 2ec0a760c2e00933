/**
 * The test server as a program: `tsx test/support/caldav-test-server/main.ts [--port N] [--username U] [--password P]`.
 * Prints one line of JSON with where it is, then runs until it is told to end. Calendars come by MKCALENDAR.
 */
import { parseArgs } from "node:util";
import { startCaldavTestServer } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    username: { type: "string" },
    password: { type: "string" },
  },
});

const server = await startCaldavTestServer({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.username === undefined ? {} : { username: values.username }),
  ...(values.password === undefined ? {} : { password: values.password }),
});
const { url, principalUrl, homeUrl, username } = server;
process.stdout.write(`${JSON.stringify({ url, principalUrl, homeUrl, username })}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void server.stop();
  });
}
