/** Returns the current time in milliseconds since the epoch. */
export type Clock = () => number;

export type NewId = () => string;

/** Runs `work` with a time limit. After the limit, rejects with the error that `late` returns, and ignores the result of `work`. */
export async function within<T>(
  { milliseconds, late }: { milliseconds: number; late: () => Error },
  work: () => T | PromiseLike<T>,
): Promise<T> {
  const result = work();
  if (!isThenable(result)) return result;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), milliseconds);
  try {
    return await Promise.race([result, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns whether a result has the method `then`. Some libraries return objects with this method that are no `Promise`. */
function isThenable<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return typeof (Object(result) as { then?: unknown }).then === "function";
}
