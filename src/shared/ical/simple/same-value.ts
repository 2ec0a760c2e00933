/** Equality of plain data: members of an object in any order, absent and `undefined` alike. */
export function sameValue(first: unknown, second: unknown): boolean {
  if (Object.is(first, second)) return true;
  if (typeof first !== "object" || typeof second !== "object") return false;
  if (first === null || second === null || Array.isArray(first) !== Array.isArray(second))
    return false;
  const [a, b] = [first as Record<string, unknown>, second as Record<string, unknown>];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => sameValue(a[name], b[name]));
}
