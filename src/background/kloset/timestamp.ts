/** A point in time to the nanosecond, as Kloset stores it. */

export interface Timestamp {
  /** Since the Unix epoch; negative before it. */
  readonly seconds: number;
  /** 0 to 999,999,999, added to seconds. */
  readonly nanoseconds: number;
}

export const epoch: Timestamp = { seconds: 0, nanoseconds: 0 };

export function timestampOf(milliseconds: number): Timestamp {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.round((milliseconds - seconds * 1000) * 1e6) % 1e9 };
}

export function millisecondsOf(time: Timestamp): number {
  return time.seconds * 1000 + time.nanoseconds / 1e6;
}

/** True for a time that a JavaScript date can be (ECMA-262 §21.4.1.1), and so be shown. */
export function isDate(time: Timestamp): boolean {
  return Math.abs(millisecondsOf(time)) <= 8.64e15;
}

/** Unix nanoseconds, as states and packfile footers hold them. */
export function unixNanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds)) * 1_000_000n;
}
