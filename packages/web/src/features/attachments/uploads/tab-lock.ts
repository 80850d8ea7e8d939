type Work = () => Promise<void>;

type RunOptions = {
  /** Stops the wait for another tab. */
  signal: AbortSignal;
  /** Called when another tab works on the upload. */
  onWait: () => void;
  work: Work;
};

/** Lets one tab of the browser at a time work on an upload. */
export type TabLock = ReturnType<typeof createTabLock>;

/** Uses Web Locks. On a page without HTTPS, there are no Web Locks, so each tab runs its work without waiting. */
export function createTabLock(locks: LockManager | undefined) {
  const nameOf = (id: string) => `valetkey.upload:${id}`;

  /** Runs the work only if no other tab works on the upload now. Returns whether the work ran. */
  function runIfFree(id: string, work: Work): Promise<boolean> {
    if (locks === undefined) return work().then(() => true);
    return locks.request(nameOf(id), { ifAvailable: true }, async (lock) => {
      if (lock !== null) await work();
      return lock !== null;
    });
  }

  /** Runs the work. If another tab works on the upload, first waits until that tab has finished or is closed. */
  async function run(id: string, { signal, onWait, work }: RunOptions): Promise<void> {
    if ((await runIfFree(id, work)) || locks === undefined) return;
    onWait();
    try {
      await locks.request(nameOf(id), { signal }, work);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return { run, runIfFree };
}
