/**
 * Takes one item out of a resource that holds several UIDs, which RFC 4791 §4.1 forbids and servers have all the
 * same: the others must not go with it.
 */
import { joinTree, parseTree } from "./component-tree.ts";
import { identifiedComponents } from "./identity.ts";

/** @returns `text` without the components of the UID, everything else byte for byte */
export function withoutItem(text: string, uid: string): string {
  const tree = parseTree(text);
  for (const { component, siblings, uid: found } of identifiedComponents(tree)) {
    if (found === uid) siblings.splice(siblings.indexOf(component), 1);
  }
  return joinTree(tree);
}
