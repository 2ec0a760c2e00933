import { describeCyrus, startCyrus } from "../support/cyrus.ts";
import { describeRemoteCollection } from "../support/describe-remote-collection.ts";

describeCyrus("Cyrus", () => {
  describeRemoteCollection("the collection on Cyrus", {
    start: () => startCyrus(),
    refusesDuplicateUid: true,
    keepsBytes: false,
    plainCalendarNames: true,
  });
});
