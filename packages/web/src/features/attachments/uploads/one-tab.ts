type Held = {
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Another tab has it; what follows waits until that one is through or closed. */
  onBusy: () => void;
  work: () => Promise<void>;
};

/** Does the work while no other tab of this browser does the same. Pages without HTTPS have no locks, and do it. */
export async function inOneTab(id: string, { signal, onBusy, work }: Held): Promise<void> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return work();
  const name = `valetkey.upload:${id}`;
  const isBusy = await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
    return lock === null;
  });
  if (!isBusy) return;
  onBusy();
  try {
    await locks.request(name, { signal }, work);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Does the work unless another tab does the same now. */
export async function unlessElsewhere(id: string, work: () => Promise<void>): Promise<void> {
  const waiting = new AbortController();
  await inOneTab(id, { signal: waiting.signal, onBusy: () => waiting.abort(), work });
}
