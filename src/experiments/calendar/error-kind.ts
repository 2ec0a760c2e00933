/** @returns what may be written into the console of an unexpected error: a parser's message may hold event text */
export function errorKind(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
