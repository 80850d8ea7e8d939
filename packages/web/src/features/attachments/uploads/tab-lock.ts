type Work = () => Promise<void>;

type RunOptions = {
  /** Stops the wait for another tab. */
  signal: AbortSignal;
  /** Called when another tab works on the upload. */
  onWait: () => void;
  work: Work;
};

/** Lets one tab of the browser at a time work on an upload. */
export type TabLock = {
  /** Runs the work, after the other tab has finished or was closed. */
  run(id: string, options: RunOptions): Promise<void>;
  /** Runs the work only if no other tab works on the upload now. */
  runIfFree(id: string, work: Work): Promise<void>;
};

/** Uses Web Locks. Without them, as on a page without HTTPS, every tab runs its work at once. */
export function createTabLock(locks: LockManager | undefined): TabLock {
  const nameOf = (id: string) => `valetkey.upload:${id}`;

  /** Resolves with whether the work was run. */
  function runIfFree(id: string, work: Work): Promise<boolean> {
    if (locks === undefined) return work().then(() => true);
    return locks.request(nameOf(id), { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
  }

  return {
    async run(id, { signal, onWait, work }) {
      if ((await runIfFree(id, work)) || locks === undefined) return;
      onWait();
      try {
        await locks.request(nameOf(id), { signal }, work);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    async runIfFree(id, work) {
      await runIfFree(id, work);
    },
  };
}
