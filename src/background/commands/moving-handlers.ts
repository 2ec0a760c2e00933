/** The commands of coming and going: the first run, taking calendars over, and handing them back. */
import type { BackgroundEvent, FirstRunStep } from "../../shared/commands.ts";
import type { StoredValue } from "../settings/stored-value.ts";
import { STORE_WORK } from "./backup-runs.ts";
import type { CommandHandlers } from "./dispatch.ts";
import type { Leaving } from "./leaving.ts";
import type { Operations } from "./operations.ts";
import type { Takeover } from "./takeover.ts";

export interface MovingDependencies {
  readonly firstRun: StoredValue<{ step: FirstRunStep }>;
  readonly takeover: Takeover;
  readonly leaving: Leaving;
}

type Moving = Pick<
  CommandHandlers,
  | "firstRun.read"
  | "firstRun.update"
  | "takeover.list"
  | "takeover.compare"
  | "takeover.bring"
  | "takeover.finish"
  | "leave.preview"
  | "leave.handBack"
  | "leave.finish"
>;

export function movingHandlers(
  moving: MovingDependencies,
  operations: Operations,
  broadcast: (event: BackgroundEvent) => void,
): Moving {
  const exclusive = { exclusive: STORE_WORK };
  const tellSnapshots = () => broadcast({ event: "changed", what: "snapshots" });
  return {
    "firstRun.read": () => moving.firstRun.read(),
    "firstRun.update": ({ step }) => moving.firstRun.update(() => ({ step })),
    "takeover.list": () => moving.takeover.list(),
    "takeover.compare": (args) =>
      operations.run("takeover.compare", (work) => moving.takeover.compare(args, work), {
        subject: args.calendarId,
      }),
    "takeover.bring": async (args) => {
      const value = await operations.run(
        "takeover.bring",
        (work) => moving.takeover.bring(args, work),
        { ...exclusive, subject: args.calendarId },
      );
      tellSnapshots();
      return value;
    },
    "takeover.finish": async (args) => {
      const value = await operations.run(
        "takeover.finish",
        (work) => moving.takeover.finish(args, work),
        { ...exclusive, subject: args.calendarId },
      );
      tellSnapshots();
      return value;
    },
    "leave.preview": () => moving.leaving.preview(),
    "leave.handBack": (args) =>
      operations.run("leave.handBack", (work) => moving.leaving.handBack(args, work)),
    "leave.finish": (args) =>
      operations.run("leave.finish", (work) => moving.leaving.finish(args, work)),
  };
}
