/** Rejects with `late` when the work takes longer. The work itself continues, and its result has no effect. */
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
