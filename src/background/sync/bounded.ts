/** Runs `work` over all inputs, at most `width` at a time; the first error ends it after those under way. */
export async function forEachBounded<T>(
  inputs: Iterable<T>,
  width: number,
  work: (input: T) => Promise<void>,
): Promise<void> {
  const queue = inputs[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const result of lanes) if (result.status === "rejected") throw result.reason;
}
