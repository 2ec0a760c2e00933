/** How much of the main thread's time is the add-on's own: by Gecko's profiler, which stack was seen at each millisecond. */
import type { Thunderbird } from "../test/support/thunderbird.ts";

export interface OwnWork {
  /** CPU time of the main thread with code of the add-on on the stack, ms: what it calls of Thunderbird's counts too. */
  readonly own: number;
  /** All of the main thread's CPU time, ms. */
  readonly all: number;
}

/** The add-on's scripts in Thunderbird's process. */
const OWN_SCRIPT = /\/experiments\/(?:calendar|platform|timezones)\//;
const SAMPLES = 8_000_000;

/** Recording takes time of its own: what is timed is done another time. */
export async function watchOwnWork(thunderbird: Thunderbird): Promise<() => Promise<OwnWork>> {
  await thunderbird.chrome(
    `await Services.profiler.StartProfiler(arguments[0], 1, ["js", "cpu"], ["GeckoMain"]);`,
    SAMPLES,
  );
  return async () => {
    const [thread, unit] = await thunderbird.chrome<[ProfiledThread, string]>(
      `const profile = await Services.profiler.getProfileDataAsync();
       await Services.profiler.StopProfiler();
       const main = profile.threads.find(({ name }) => name === "GeckoMain");
       const { samples, stackTable, frameTable, stringTable } = main;
       return [{ samples, stackTable, frameTable, stringTable }, profile.meta.sampleUnits.threadCPUDelta];`,
    );
    return ownWorkOf(thread, unit);
  };
}

type Table<Column extends string> = {
  readonly schema: Readonly<Record<Column, number>>;
  readonly data: readonly (readonly (number | null | undefined)[])[];
};

/** Part of a thread in a profile as Gecko writes it. */
export interface ProfiledThread {
  readonly samples: Table<"stack" | "threadCPUDelta">;
  readonly stackTable: Table<"prefix" | "frame">;
  readonly frameTable: Table<"location">;
  readonly stringTable: readonly string[];
}

/** @param unit of the samples' CPU times: `ns` or `µs` */
export function ownWorkOf(thread: ProfiledThread, unit: string): OwnWork {
  const { samples, stackTable, frameTable, stringTable } = thread;
  // A stack's prefix comes before it in the table.
  const own: boolean[] = [];
  for (const stack of stackTable.data) {
    const [prefix, frame] = [stack[stackTable.schema.prefix], stack[stackTable.schema.frame]];
    const location = frameTable.data[frame ?? -1]?.[frameTable.schema.location];
    const isOwn = OWN_SCRIPT.test(stringTable[location ?? -1] ?? "");
    own.push(isOwn || (prefix != null && own[prefix] === true));
  }
  const total = { own: 0, all: 0 };
  const perMs = unit === "ns" ? 1_000_000 : 1_000;
  for (const sample of samples.data) {
    const ms = (sample[samples.schema.threadCPUDelta] ?? 0) / perMs;
    const stack = sample[samples.schema.stack];
    total.all += ms;
    if (stack != null && own[stack] === true) total.own += ms;
  }
  return total;
}
