import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type BucketPlaces, uploadBucketQueries } from "../../features/storage/move-queries.ts";
import type { Database } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";

/** The time after which the lease of a killed process expires, in milliseconds. */
const LEASE_MS = 6_000;
const RENEW_EVERY_MS = 2_000;

export type MoveLease = {
  holder: string;
  /** Aborts when the process has lost the lease, for example because the machine was suspended. */
  lost: AbortSignal;
  end(): Promise<void>;
};

/**
 * Leases the right to move files. If nobody renews an existing lease, because its process was killed, waits until it expires. Throws
 * `service_busy` if another process renews its lease. `number`: the bucket for new uploads until the first move. `places`: the buckets of
 * the settings.
 */
export async function leaseMove(
  { db, clock }: { db: Database; clock: () => number },
  { number, places, onWait }: { number: number; places: BucketPlaces; onWait: () => void },
): Promise<MoveLease> {
  const holder = randomUUID();
  const queries = uploadBucketQueries(db);
  const hold = () => queries.hold({ holder, number, places, now: clock(), heldUntil: clock() + LEASE_MS });
  let seen: { holder: string | null; heldUntil: number | null } | undefined;
  while (!(await hold())) {
    const other = await queries.find();
    if (seen === undefined) onWait();
    else if (other?.holder !== seen.holder || other?.heldUntil !== seen.heldUntil) {
      if (other?.holder !== null && other !== undefined) throw alreadyRunning();
    }
    seen = other;
    await sleep(1_000);
  }
  const lost = new AbortController();
  const timer = setInterval(() => {
    const isLate = () => lost.abort(new DomainError("service_busy", "This move was suspended, and another move runs."));
    // If the database does not respond, the next statement of the move fails too.
    hold().then(
      (isHeld) => isHeld || isLate(),
      () => undefined,
    );
  }, RENEW_EVERY_MS);
  return {
    holder,
    lost: lost.signal,
    async end() {
      clearInterval(timer);
      await queries.release(holder);
    },
  };
}

function alreadyRunning(): DomainError {
  const message = "Another `valetkey move bucket` is running. Wait for its end, or stop it first.";
  return new DomainError("service_busy", message);
}
