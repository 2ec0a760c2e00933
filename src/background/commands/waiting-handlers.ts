/** The commands of what waits for the user's word, and of what was put aside. */
import type { BackgroundEvent } from "../../shared/commands.ts";
import { type DecisionDependencies, resolveConflict } from "./conflict-decisions.ts";
import type { CommandHandlers } from "./dispatch.ts";
import { restoreSuperseded, type WaysBackDependencies } from "./earlier-versions.ts";
import {
  decideGuarded,
  type GuardDependencies,
  listGuarded,
  undoGuarded,
} from "./guard-decisions.ts";
import {
  discardLeftOvers,
  type LeftOversDependencies,
  listLeftOvers,
  putLeftOver,
} from "./left-overs.ts";
import type { Operations } from "./operations.ts";
import {
  discardPending,
  listPending,
  type PendingDependencies,
  retryPending,
} from "./pending-edits.ts";
import { type QuarantineDependencies, retryQuarantine } from "./quarantine-retry.ts";
import {
  listConflicts,
  listQuarantine,
  listSuperseded,
  type WaitingDependencies,
} from "./waiting.ts";

export interface WaitingCommandDependencies extends QuarantineDependencies {
  readonly waiting: WaitingDependencies;
  readonly pending: PendingDependencies;
  readonly decisions: DecisionDependencies;
  readonly waysBack: WaysBackDependencies;
  readonly leftOvers: LeftOversDependencies;
  readonly guard: GuardDependencies;
  readonly operations: Operations;
  readonly broadcast: (event: BackgroundEvent) => void;
}

type Waiting = Pick<
  CommandHandlers,
  | "conflicts.list"
  | "guard.list"
  | "guard.decide"
  | "guard.undo"
  | "conflicts.resolve"
  | "pending.list"
  | "pending.retry"
  | "pending.discard"
  | "superseded.list"
  | "leftovers.list"
  | "leftovers.put"
  | "leftovers.discard"
  | "quarantine.list"
  | "quarantine.retry"
  | "superseded.restore"
>;

/** @param afterwards a change to the item store that pages show with the accounts */
export function waitingHandlers(
  deps: WaitingCommandDependencies,
  afterwards: <T>(change: () => Promise<T>) => Promise<T>,
): Waiting {
  const { operations, broadcast } = deps;
  return {
    "conflicts.list": () => listConflicts(deps.waiting),
    "guard.list": () => listGuarded(deps.guard),
    "guard.decide": (args) =>
      operations.run("guard.decide", (work) => decideGuarded(deps.guard, args, work)),
    "guard.undo": (args) =>
      operations.run("guard.undo", (work) => undoGuarded(deps.guard, args, work)),
    "conflicts.resolve": async (args) => {
      const value = await operations.run("conflicts.resolve", () =>
        resolveConflict(deps.decisions, args),
      );
      broadcast({ event: "changed", what: "conflicts" });
      return value;
    },
    "pending.list": (args) => listPending(deps.pending, args),
    "pending.retry": (args) =>
      operations.run("pending.retry", (work) => retryPending(deps.pending, args, work)),
    "pending.discard": async (args) => {
      const value = await operations.run("pending.discard", () =>
        discardPending(deps.pending, args),
      );
      broadcast({ event: "changed", what: "accounts" });
      return value;
    },
    "superseded.list": (args) => listSuperseded(deps.waiting, args),
    "leftovers.list": () => listLeftOvers(deps.leftOvers),
    "leftovers.put": (args) =>
      operations.run("leftovers.put", (work) => putLeftOver(deps.leftOvers, args, work)),
    "leftovers.discard": (args) => afterwards(() => discardLeftOvers(deps.leftOvers, args)),
    "quarantine.list": () => listQuarantine(deps.waiting),
    "quarantine.retry": ({ calendarId }) =>
      operations.run("quarantine.retry", (work) => retryQuarantine(deps, calendarId, work)),
    "superseded.restore": (args) => afterwards(() => restoreSuperseded(deps.waysBack, args)),
  };
}
