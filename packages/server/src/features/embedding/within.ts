/**
 * Runs `work`. Rejects with the message `late` if the work takes longer than `milliseconds`. The work itself continues, but its result is
 * ignored.
 */
export async function within<T>(
  { milliseconds, late }: { milliseconds: number; late: string },
  work: () => Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(late)), milliseconds);
  try {
    return await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
