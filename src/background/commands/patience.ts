/** What pages show must not wait for a folder on a network that does not answer. */

/** Resolves when nobody should wait any longer. */
export type Patience = () => Promise<void>;

const MS = 2000;

export const shortPatience: Patience = () => new Promise((resolve) => setTimeout(resolve, MS));

/** @returns `otherwise` where the answer takes longer; whatever comes of it then is passed over */
export async function unlessSlow<T, U>(
  answer: Promise<T>,
  otherwise: U,
  patience: Patience,
): Promise<T | U> {
  answer.catch(() => {});
  return Promise.race([answer, patience().then(() => otherwise)]);
}
