/**
 * Arguments of a wrong type, named. Thunderbird's own check of them says only "Incorrect argument types": the built
 * schema lets values of other types pass (scripts/experiments.js), and here they are refused by name. What is in an
 * object is checked by Thunderbird, which names its members. Pure.
 */
import { AppError } from "../../shared/errors.ts";

/** A parameter as the schema has it. */
export interface Parameter {
  readonly name: string;
  readonly type?: string;
  /** Of an object's type. */
  readonly $ref?: string;
  readonly choices?: readonly { readonly type?: string; readonly $ref?: string }[];
  readonly optional?: boolean | string;
}

export interface Namespace {
  readonly functions?: readonly {
    readonly name: string;
    readonly parameters: readonly Parameter[];
  }[];
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
};

/** Parameters by the name of the function. */
export function parametersOf(namespaces: readonly Namespace[]): Map<string, readonly Parameter[]> {
  const functions = namespaces.flatMap((namespace) => namespace.functions ?? []);
  return new Map(functions.map(({ name, parameters }) => [name, parameters]));
}

/** @throws AppError "bad-argument" naming the first argument of a type that its parameter does not take */
export function checkArguments(parameters: readonly Parameter[], given: readonly unknown[]): void {
  for (const [index, parameter] of parameters.entries()) {
    const types = typesOf(parameter);
    const value = given[index];
    if (types === null || (value == null && parameter.optional)) continue;
    if (types.some((type) => isOf(type, value))) continue;
    const wanted = types.map((type) => WORDS[type] ?? type).join(" or ");
    throw new AppError("bad-argument", `${parameter.name} must be ${wanted}.`);
  }
}

/** `null` where Thunderbird's own check is enough. */
function typesOf(parameter: Parameter): readonly string[] | null {
  const choices = parameter.choices ?? [parameter];
  const types = choices.map(({ type, $ref }) => ($ref === undefined ? (type ?? "any") : "object"));
  return types.includes("any") ? null : types;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
