/** Work on many things at once, but not on all of them. */

/**
 * Runs `work` for each entry, at most `limit` at a time, results in order. After a failure nothing new is
 * started; what runs is awaited before the first failure is thrown.
 */
export async function inParallel<T, R>(
  entries: readonly T[],
  limit: number,
  work: (entry: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failure: { error: unknown } | null = null;
  const lane = async () => {
    while (next < entries.length && !failure) {
      const index = next++;
      try {
        results[index] = await work(entries[index] as T);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, entries.length) }, lane));
  if (failure) throw (failure as { error: unknown }).error;
  return results;
}
