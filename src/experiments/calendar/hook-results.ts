/**
 * What a provider's listeners answer to an edit: that they took it, with another item or metadata where the service
 * made something else of it, or that they could not. Pure.
 */
import type { Json } from "../../shared/item-store.ts";
import { mergedMetadata } from "./store/metadata.ts";

/** The answers by which a listener refuses: the draft's. Any other word counts as GENERAL_FAILURE. */
export type HookErrorCode = "GENERAL_FAILURE" | "READ_FAILED" | "MODIFY_FAILED" | "CONFLICT";

/** A listener's answer that is an object. */
export interface HookAnswer {
  readonly metadata?: unknown;
  readonly [member: string]: unknown;
}

export type HookOutcome =
  /** Nobody listens. */
  | { readonly kind: "unanswered" }
  | { readonly kind: "refused"; readonly code: HookErrorCode }
  | {
      readonly kind: "taken";
      /** The answer, where it is an object: its text and metadata, if it has them, replace what was sent. */
      readonly item: HookAnswer | null;
    };

const CODES = new Set<unknown>(["GENERAL_FAILURE", "READ_FAILED", "MODIFY_FAILED", "CONFLICT"]);

/** One refusal is enough; of several answers with an item the last counts. */
export function readHookResults(results: readonly PromiseSettledResult<unknown>[]): HookOutcome {
  if (results.length === 0) return { kind: "unanswered" };
  let item: HookAnswer | null = null;
  for (const result of results) {
    if (result.status === "rejected") return { kind: "refused", code: "GENERAL_FAILURE" };
    const { value } = result;
    if (typeof value !== "object" || value === null) continue;
    const answer = value as HookAnswer & { readonly error?: unknown };
    const { error } = answer;
    if (error != null) {
      return {
        kind: "refused",
        code: CODES.has(error) ? (error as HookErrorCode) : "GENERAL_FAILURE",
      };
    }
    item = answer;
  }
  return { kind: "taken", item };
}

/**
 * The metadata of an item after an answer: members given replace those known, `null` removes one.
 * @param given `undefined` or `null`: nothing was said about metadata
 */
export function mergeMetadata(known: Json, given: unknown): Json {
  if (given == null) return known;
  return isGroup(given) ? mergedMetadata(known, given) : (given as Json);
}

function isGroup(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
