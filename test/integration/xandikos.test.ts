import { describeRemoteCollection } from "../support/describe-remote-collection.ts";
import { describeWithProgram } from "../support/required-program.ts";
import { startXandikos, XANDIKOS_HOW_TO_GET } from "../support/xandikos.ts";

describeWithProgram("xandikos", XANDIKOS_HOW_TO_GET, () => {
  describeRemoteCollection("the collection on Xandikos", {
    start: () => startXandikos(),
    refusesDuplicateUid: false,
    keepsBytes: false,
  });
});
