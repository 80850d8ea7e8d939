import { isBeingChecked } from "../../domain/attachment.ts";
import type { ClaimedCheck, Deps } from "../ports/index.ts";
import { accept, reject } from "./decide.ts";
import { CHANGED, finalise, type Verdict, type Verification, verifyContent } from "./verify.ts";

/** How long a check belongs to whoever took it, unless it is renewed: what a holder that died costs. Milliseconds. */
const LEASE_MS = 60_000;
/** How often a lease is renewed while its check goes on. Milliseconds. */
export const RENEW_MS = 15_000;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 600_000;

/**
 * Takes the check that has been due for longest; undefined: none is. One that was queued to be scanned waits for a replica with a scanner:
 * nothing becomes `ready` unscanned because a setting was lost.
 */
export function claimCheck({ db, clock, newId, scanning }: Deps) {
  return (): Promise<ClaimedCheck | undefined> => {
    const now = clock();
    return db.contentChecks.claim({
      now,
      holder: newId(),
      leaseEndsAt: now + LEASE_MS,
      canScan: scanning !== undefined,
    });
  };
}

/** Keeps a check that is going on; false: it is not ours any more, and whatever it finds out has no effect. */
export function renewCheck({ db, clock }: Deps) {
  return (check: ClaimedCheck): Promise<boolean> => db.contentChecks.renew(check, { leaseEndsAt: clock() + LEASE_MS });
}

/**
 * Looks at all bytes of an object and decides about its attachment. It may be done twice, and by two at a time: the first decision counts.
 * Whatever keeps it from looking, such as a bucket that is down, is thrown, and the check is due again after a pause that grows;
 * a signal hands it back at once.
 */
export function runCheck(deps: Deps) {
  const { db, clock } = deps;
  return async (check: ClaimedCheck, options: { signal?: AbortSignal } = {}): Promise<void> => {
    const { signal } = options;
    try {
      await runToDecision(deps, { check, signal });
    } catch (error) {
      const pauseMs = signal?.aborted ? 0 : Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (check.attempts - 1));
      await db.contentChecks.release(check, { dueAt: clock() + pauseMs });
      if (!signal?.aborted) throw error;
    }
  };
}

async function runToDecision(
  deps: Deps,
  { check, signal }: { check: ClaimedCheck; signal: AbortSignal | undefined },
): Promise<void> {
  const { db } = deps;
  const attachment = await db.attachments.find(check.attachmentId);
  // Deleted, or decided by another holder, in the meantime.
  if (attachment === undefined || !isBeingChecked(attachment.state)) return;
  const upload = await db.uploads.findOfAttachment(attachment.id);
  const verdict = await look(deps, {
    ...{ objectKey: attachment.objectKey, etag: check.etag },
    ...{ declaredChecksum: upload?.declaredChecksum, signal },
  });
  if (verdict.ok) await accept(deps, { attachment, upload, verdict });
  else await reject(deps, { attachment, upload, reason: verdict.reason });
}

async function look(
  deps: Deps,
  { objectKey, etag, ...declared }: Omit<Verification, "stored"> & { etag: string },
): Promise<Verdict> {
  const stored = await deps.bucket.head(objectKey);
  if (stored?.etag !== etag) return CHANGED;
  const verdict = await verifyContent(deps, { objectKey, stored, ...declared });
  return finalise(deps.bucket, { objectKey, stored, verdict });
}
