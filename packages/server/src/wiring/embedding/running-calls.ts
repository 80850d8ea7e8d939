/** Stores the calls from the application that are still running, because `close` must wait for these calls. */
export function createRunningCalls() {
  const running = new Set<Promise<unknown>>();
  return {
    track<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
      return async (...args: Args): Promise<Result> => {
        const result = call(...args);
        running.add(result);
        try {
          return await result;
        } finally {
          running.delete(result);
        }
      };
    },
    settle: () => Promise.allSettled(running),
  };
}
