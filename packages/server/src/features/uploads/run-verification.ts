import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { markReady, reject } from "./decide.ts";
import { uploadQueries } from "./queries.ts";
import type { ClaimedVerification } from "./verification-queries.ts";
import { verificationQueries } from "./verification-queries.ts";
import { CHANGED, verifyContent } from "./verify.ts";

/**
 * How long a process reserves a verification without a renewal. If the process dies, the verification waits until this time has passed.
 * Milliseconds.
 */
const LEASE_MS = 60_000;
/** The pause between two renewals of a reservation. Milliseconds. */
export const RENEW_MS = 15_000;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 600_000;
/** A failed ping costs little, so a file does not wait long after the virus scanner is back. Milliseconds. */
const RETRY_SCAN_MAX_MS = 30_000;

/**
 * Reserves for this process the verification that has been due for the longest time. Returns undefined if none is due. A verification that
 * needs a scan waits for a replica with a scanner. So even if the operator removes the scanner from the configuration, no such file becomes
 * `ready` without a scan.
 */
export function claimVerification({ db, clock, newId, scanning }: Deps) {
  return (): Promise<ClaimedVerification | undefined> => {
    const now = clock();
    const canScan = scanning !== undefined;
    return verificationQueries(db).claim({ now, holder: newId(), leaseEndsAt: now + LEASE_MS, canScan });
  };
}

/**
 * Extends the reservation of a verification. Returns false if this process has lost the reservation. In that case, the result of its
 * verification has no effect.
 */
export function renewVerification({ db, clock }: Deps) {
  return (claimed: ClaimedVerification): Promise<boolean> =>
    verificationQueries(db).renew(claimed, { leaseEndsAt: clock() + LEASE_MS });
}

/**
 * Verifies the whole object and decides about its attachment. The same verification may run twice, even at the same time, because only the
 * first decision has an effect.
 * If the run fails, for example because the bucket is down, the promise rejects, and the verification is due again later. The pause grows
 * with each failure. If `signal` aborts, the verification is due again immediately.
 */
export function runVerification(deps: Deps) {
  const { db, clock } = deps;
  return async (claimed: ClaimedVerification, options: { signal?: AbortSignal } = {}): Promise<void> => {
    const { signal } = options;
    try {
      await verifyAndDecide(deps, { claimed, signal });
    } catch (error) {
      const isUnscanned = error instanceof DomainError && error.code === "scanner_unavailable";
      const maxMs = isUnscanned ? RETRY_SCAN_MAX_MS : RETRY_MAX_MS;
      const pauseMs = signal?.aborted ? 0 : Math.min(maxMs, RETRY_BASE_MS * 2 ** (claimed.attempts - 1));
      await verificationQueries(db).release(claimed, { dueAt: clock() + pauseMs });
      if (!signal?.aborted) throw error;
    }
  };
}

async function verifyAndDecide(
  deps: Deps,
  { claimed, signal }: { claimed: ClaimedVerification; signal: AbortSignal | undefined },
): Promise<void> {
  const { db, bucket } = deps;
  const attachment = await attachmentQueries(db).find(claimed.attachmentId);
  // The attachment may have been deleted, or another process may have decided about it.
  if (attachment === undefined || !isBeingVerified(attachment.state)) return;
  const upload = await uploadQueries(db).findOfAttachment(attachment.id);
  const { objectKey } = attachment;
  const stored = await bucket.head(objectKey);
  let verdict = CHANGED;
  if (stored?.etag === claimed.etag) {
    const { declaredChecksum } = upload ?? {};
    verdict = await verifyContent(deps, { objectKey, stored, declaredChecksum, signal });
  }
  if (verdict.ok) await markReady(deps, { attachment, upload, verdict });
  else await reject(deps, { attachment, upload, reason: verdict.reason });
}
