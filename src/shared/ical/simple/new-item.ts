/** The text of an item that is made from members alone. */
import { type Component, joinTree, parseTree } from "../component-tree.ts";
import { newResourceText } from "../new-resource.ts";
import { checkMembers } from "./check-members.ts";
import { type Members, refused } from "./checks.ts";
import type { ItemType } from "./simple-item.ts";
import { TextZones, type ZonePort } from "./text-zones.ts";
import { escapeText } from "./values.ts";
import { writeSimple } from "./write-simple.ts";

export interface NewItem {
  readonly type: ItemType;
  readonly uid: string;
  /** Members as a caller gives them. */
  readonly members: Members;
  /** For its stamps: RFC 5545 form, UTC. */
  readonly now: string;
}

const END = "\r\n";

/** @throws AppError "bad-argument" naming the member that is wrong, missing or does not fit */
export function newItemText({ type, uid, members, now }: NewItem, port: ZonePort): string {
  const name = type === "event" ? "VEVENT" : "VTODO";
  const stamps = ["DTSTAMP", "CREATED", "LAST-MODIFIED"].map((stamp) => `${stamp}:${now}`);
  const lines = [`BEGIN:${name}`, `UID:${escapeText(uid)}`, ...stamps, `END:${name}`];
  const tree = parseTree(newResourceText(`${lines.join(END)}${END}`));
  const item = itemOf(tree.nodes);
  const changes = checkMembers(members, type);
  if (type === "event" && changes.start == null) throw refused("start", "an event needs one.");
  const zones = new TextZones(tree, port);
  writeSimple(item, changes, zones, END);
  zones.complete(END);
  return joinTree(tree);
}

function itemOf(nodes: Component["children"]): Component {
  for (const node of nodes) {
    if (!("children" in node)) continue;
    if (node.name === "VEVENT" || node.name === "VTODO") return node;
    return itemOf(node.children);
  }
  throw new TypeError("a text was made without its item");
}
