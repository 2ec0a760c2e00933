/** How far the page of the first run was gone through. */
import * as v from "valibot";
import type { FirstRunStep } from "../../shared/commands.ts";
import type { ValueShape } from "./stored-value.ts";

export const firstRunShape: ValueShape<{ step: FirstRunStep }> = {
  key: "firstRun",
  schema: v.object({
    step: v.picklist(["account", "place", "takeover", "first-backup", "done"]),
  }),
  migrations: [],
  initial: () => ({ step: "account" }),
};
