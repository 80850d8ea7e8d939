import type { UseCases } from "../usecases/index.ts";

export type FormCollection = {
  /** Told that a form was signed, or that one may be due. */
  kick(): void;
  /** Waits for the look under way, and starts no more. */
  stop(): Promise<void>;
};

/** After a failure, which others may share. Milliseconds. */
const RETRY_MS = 2_000;

/**
 * Looks for the files of signed forms whenever one is due; every `idleMs` also for forms that another replica signed and left. One look
 * at a time.
 */
export function startFormCollection(options: {
  useCases: () => Pick<UseCases, "collectForms">;
  idleMs: number;
  clock: () => number;
  onError: (error: unknown) => void;
}): FormCollection {
  const { idleMs, clock } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  /** Answers after how many milliseconds to look once more. */
  async function look(): Promise<number> {
    try {
      const next = await options.useCases().collectForms();
      return next === undefined ? idleMs : Math.min(idleMs, Math.max(0, next - clock()));
    } catch (error) {
      options.onError(error);
      return RETRY_MS;
    }
  }

  async function run(): Promise<void> {
    let pauseMs: number;
    do {
      again = false;
      pauseMs = await look();
    } while (again && !stopped);
    if (!stopped) timer = setTimeout(kick, pauseMs);
  }

  function kick(): void {
    if (stopped) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    clearTimeout(timer);
    running = run().finally(() => {
      running = undefined;
    });
  }

  timer = setTimeout(kick, idleMs);
  return {
    kick,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
