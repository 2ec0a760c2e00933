import { startCaldavTestServer } from "../../support/caldav-test-server/server.ts";
import { describeRemoteCollection } from "../../support/describe-remote-collection.ts";

describeRemoteCollection("the collection on the project's own server", {
  start: () => startCaldavTestServer(),
  refusesDuplicateUid: true,
  keepsBytes: true,
});
