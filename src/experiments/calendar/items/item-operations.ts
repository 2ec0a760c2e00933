/** The operations of `items.batch` as callers give them. Pure. */
import { AppError } from "../../../shared/errors.ts";
import type { ItemProperties } from "../wire-item.ts";

export type ItemOperation =
  | { readonly action: "create"; readonly id: string | null; readonly item: ItemProperties }
  | { readonly action: "update"; readonly id: string; readonly item: ItemProperties }
  | { readonly action: "remove"; readonly id: string };

/** @throws AppError "bad-argument" naming the operation and its member; nothing else was looked at then */
export function readOperations(operations: readonly unknown[]): ItemOperation[] {
  return operations.map((operation, index) => readOperation(operation, `operations[${index}]`));
}

function readOperation(value: unknown, where: string): ItemOperation {
  if (!isObject(value)) throw bad(`${where} must be an object.`);
  const { action: given, type, id = null, item = null } = value;
  const action = given ?? type;
  if (action !== "create" && action !== "update" && action !== "remove") {
    throw bad(`${where}.action must be "create", "update" or "remove".`);
  }
  if (id !== null && typeof id !== "string") throw bad(`${where}.id must be a string.`);
  if (action !== "create" && (id === null || id === "")) throw bad(`${where}.id is missing.`);
  if (action === "remove") return { action, id: id as string };
  if (!isObject(item)) throw bad(`${where}.item must be an object, as items.${action} takes it.`);
  if (action === "update") return { action, id: id as string, item };
  return { action, id, item: id === null ? item : { ...item, id: readId(item, id, where) } };
}

function readId({ id: inItem }: ItemProperties, id: string, where: string): string {
  if (inItem != null && inItem !== id) throw bad(`${where}.id differs from ${where}.item.id.`);
  return id;
}

function isObject(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(message: string): AppError {
  return new AppError("bad-argument", message, { hint: "Nothing was changed." });
}
