import { describeRemoteCollection } from "../support/describe-remote-collection.ts";
import { RADICALE_HOW_TO_GET, startRadicale } from "../support/radicale.ts";
import { describeWithProgram } from "../support/required-program.ts";

describeWithProgram("radicale", RADICALE_HOW_TO_GET, () => {
  describeRemoteCollection("the collection on Radicale", {
    start: () => startRadicale(),
    refusesDuplicateUid: true,
    keepsBytes: false,
  });
});
