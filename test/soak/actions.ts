/** What happens at random in a soak test. An action that a fault stops leaves nothing in the ledger. */
import type { Action } from "./drawing.ts";
import { OUTSIDE_ACTIONS } from "./outside-actions.ts";
import type { SoakWorld } from "./soak-world.ts";
import { USER_ACTIONS } from "./user-actions.ts";

const ACTIONS: readonly Action[] = [...USER_ACTIONS, ...OUTSIDE_ACTIONS];

export async function act(soak: SoakWorld): Promise<string> {
  const total = ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
  let at = soak.draw(total);
  const action = ACTIONS.find(({ weight }) => {
    at -= weight;
    return at < 0;
  });
  if (action === undefined) throw new Error("no action");
  await action.run(soak);
  soak.done.set(action.name, (soak.done.get(action.name) ?? 0) + 1);
  return action.name;
}
