/** The texts of an edit: as Thunderbird gives them, as they are stored, and what stands against them on the other side. */
import { extractAcks, insertAcks, stripAcks, stripMarkers } from "../../shared/ical/acks.ts";
import { leftToClient } from "../../shared/ical/restored-text.ts";
import type { ConflictRecord } from "../../shared/item-store.ts";
import type { ItemRights } from "./item-rights.ts";
import { serialiseResource } from "./resource-items.ts";

/** What a calendar's capabilities say of the texts its edits make. */
export interface EditPolicy {
  readonly rights: ItemRights;
  /** New invitations say that Thunderbird sends them. */
  readonly marksInvitations: boolean;
  /** Acknowledging an alarm of an item with this text is an edit like others. */
  sendsAcknowledgements(text: string): boolean;
}

/** What is stored of an edit: its text, and the acknowledgements that stay beside it. */
export function outgoingOf(
  policy: EditPolicy,
  before: string | null,
  after: string,
  acks: string,
): { readonly text: string; readonly acks: string } {
  const text = policy.marksInvitations ? leftToClient(before, after) : after;
  if (!policy.sendsAcknowledgements(text)) return { text, acks };
  return {
    text: extractAcks(text) === acks ? text : insertAcks(stripAcks(text), acks),
    acks: "",
  };
}

/** As Thunderbird writes it, without the marks that were put in before parsing. */
export function serialised(item: calIItemBase): string {
  return stripMarkers(serialiseResource(item));
}

/** Both sides changed the same thing: the edit stands, the other version goes on the conflict list. */
export function conflictOf(
  properties: readonly string[],
  edit: { readonly after: string; readonly current: string; readonly original: string | null },
): ConflictRecord | undefined {
  if (properties.length === 0) return undefined;
  return {
    conflict: "both-changed",
    mine: edit.after,
    theirs: edit.current,
    base: edit.original,
    properties,
  };
}
