/** What is wrong with capabilities that an add-on gives. Pure. */
import type { Capabilities } from "./capabilities.ts";

/** @returns what a value should be; `null` if it is that */
type Check = (value: unknown) => string | null;

const is =
  (words: string, test: (value: unknown) => boolean): Check =>
  (value) =>
    test(value) ? null : `must be ${words}`;
const truth = is("true or false", (value) => typeof value === "boolean");
const text = is("a string", (value) => typeof value === "string");
const texts = is(
  "a list of strings",
  isListOf((each) => typeof each === "string"),
);
const number = is(
  "an integer, -1 or more",
  (value) => Number.isSafeInteger(value) && Number(value) >= -1,
);
const privacy = is(
  "true, false or a list of strings",
  (value) => truth(value) === null || texts(value) === null,
);
const removeModes = is(
  'a list of "unsubscribe" and "delete"',
  isListOf((each) => each === "unsubscribe" || each === "delete"),
);
const scheduling = is('"client", "server" or "none"', (value) =>
  ["client", "server", "none"].includes(value as string),
);

const scheduleAgent = is('"client" or "server"', (value) =>
  ["client", "server"].includes(value as string),
);
const acknowledgements = is('"local", "own" or "all"', (value) =>
  ["local", "own", "all"].includes(value as string),
);

const CHECKS: Readonly<Record<string, Check | Readonly<Record<string, Check>>>> = {
  timezones: { floating: truth, UTC: truth },
  attachments: truth,
  priority: truth,
  privacy,
  categories: { count: number },
  alarms: { count: number, actions: texts, acknowledgements },
  tasks: truth,
  events: truth,
  remove_modes: removeModes,
  removeModes,
  requires_network: truth,
  requiresNetwork: truth,
  minimum_refresh_interval: number,
  minimumRefreshInterval: number,
  mutable: truth,
  items: { create: truth, update: truth, remove: truth },
  scheduling,
  scheduleAgent,
  addresses: texts,
  organizer: text,
  organizerName: text,
};

/** @returns e.g. `tasks must be true or false`; `null` if nothing is wrong. Names that are not known are let pass. */
export function capabilityProblem(capabilities: Capabilities): string | null {
  for (const [name, value] of Object.entries(capabilities)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (check === undefined || value === null) continue;
    const problem = typeof check === "function" ? check(value) : groupProblem(check, value);
    if (problem !== null) return problem.startsWith(".") ? name + problem : `${name} ${problem}`;
  }
  return null;
}

function groupProblem(checks: Readonly<Record<string, Check>>, value: unknown): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const names = Object.keys(checks).join(", ");
    return `must be an object with ${names.replace(/, (?=[^,]*$)/, " and ")}`;
  }
  for (const [name, check] of Object.entries(checks)) {
    const member = (value as Record<string, unknown>)[name];
    const problem = member == null ? null : check(member);
    if (problem !== null) return `.${name} ${problem}`;
  }
  return null;
}

function isListOf(test: (each: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(test);
}
