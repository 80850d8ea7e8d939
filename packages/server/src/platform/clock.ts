/** Returns the current time in milliseconds since the epoch. */
export type Clock = () => number;

export type NewId = () => string;

/**
 * Runs the function `work` with a time limit. The function `within` rejects with the error of `late` if the work takes longer than
 * `milliseconds`. The work continues after the time limit, but `within` ignores its result.
 */
export async function within<T>(
  { milliseconds, late }: { milliseconds: number; late: () => Error },
  work: () => Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
