import type { UseCases } from "../usecases/index.ts";

export type Housekeeping = {
  /** Runs soon instead of at the next interval. */
  kick(): void;
  /** Waits for the run under way, and starts no more. */
  stop(): Promise<void>;
};

/** Sweeps uploads that never came and objects that have to go, every `intervalMs` and when kicked; one run at a time. */
export function startHousekeeping(options: {
  useCases: () => Pick<UseCases, "expireUploads" | "purgeObjects">;
  intervalMs: number;
  onError: (error: unknown) => void;
}): Housekeeping {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        await options.useCases().expireUploads();
        await options.useCases().purgeObjects();
      } catch (error) {
        options.onError(error);
      }
    } while (again && !stopped);
  }

  function kick(): void {
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = undefined;
    });
  }

  const timer = setInterval(kick, options.intervalMs);
  return {
    kick,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
