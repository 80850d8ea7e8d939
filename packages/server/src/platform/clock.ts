/** Milliseconds since the epoch. */
export type Clock = () => number;

export type NewId = () => string;

/**
 * Runs `work`. Rejects with the error of `late` if the work takes longer than `milliseconds`. The work itself continues, but its result is
 * ignored.
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
