/**
 * Sends one pending change (RFC 4791 §5.3.2), newer edits that arrive meanwhile included, and settles the row. An
 * answer that never came leaves the change pending; the next try recognises by the precondition that the work was
 * done. Nothing here drops a user's text: what is given up goes to the conflict list by way of the settlement.
 */
import type { ResourceName } from "../../shared/brands.ts";
import { AppError } from "../../shared/errors.ts";
import type { PendingChange } from "../../shared/item-store.ts";
import { neverSettles, refusalOf, stopsRun } from "./outcome.ts";
import { pushCreate } from "./push-create.ts";
import { pushDelete } from "./push-delete.ts";
import { pushUpdate } from "./push-update.ts";
import { isPostponed } from "./refusal.ts";
import { type PushContext, type PushOutcome, ResourcePush, type Step } from "./resource-push.ts";

/** How often one change meets a newer version on the server before it waits for the next run. */
const MAX_ROUNDS = 5;

/**
 * Sends what is pending for one resource, newer edits that arrive meanwhile included.
 * @param impatient the user asked: refusals are tried again before their time
 * @throws AppError where going on with other resources is useless (no answer, sign-in, item store); the change
 *   is then pending as before
 */
export async function pushResource(
  context: PushContext,
  name: string,
  impatient: boolean,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const push = new ResourcePush(context, name as ResourceName, signal);
  let last: PendingChange | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [change] = await context.local.getPending([push.name]);
    if (change === undefined)
      return last === undefined ? { kind: "nothing" } : { kind: "done", created: push.created };
    if (change.waiting || isPostponed(change, context.now(), impatient)) return { kind: "waiting" };
    last = change;
    try {
      const outcome = await attempt(push, change);
      if (outcome !== undefined) return outcome;
    } catch (error) {
      if (stopsRun(error)) throw error;
      return push.refuse(change, refusalOf(error), "later");
    }
  }
  if (last === undefined) return { kind: "nothing" };
  return push.refuse(last, refusalOf(neverSettles()), "later");
}

async function attempt(push: ResourcePush, change: PendingChange): Promise<Step> {
  if (change.kind === "delete") return pushDelete(push, change);
  const { userText } = change;
  if (userText === null)
    throw new AppError("bug", "A change without a text cannot be sent. It is kept.");
  return change.kind === "create"
    ? pushCreate(push, change, userText)
    : pushUpdate(push, change, userText);
}
