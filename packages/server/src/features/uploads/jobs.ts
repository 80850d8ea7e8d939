import type { Logger } from "pino";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Loop } from "../../platform/jobs/loop.ts";
import { startRunner } from "../../platform/jobs/runner.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { type FileJob, fileJobQueries } from "../attachments/file-job-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { markReady, reject } from "./decide.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { CHANGED, verifyContent } from "./verify.ts";

/** The lifetime of a verification's lease without a renewal, in milliseconds. If the process dies, the lease ends then. */
const LEASE_MS = 60_000;
/** The pause between two renewals of a lease. */
const RENEW_MS = 15_000;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 600_000;
/** The longest pause while the virus scanner is down, in milliseconds. A failed ping costs little, and files must not wait long. */
const RETRY_SCAN_MAX_MS = 30_000;

/**
 * Leases the verification that has been due for the longest time. Returns undefined if no verification is due. A verification that needs a
 * virus scan waits for a replica with a scanner. So this file does not become `ready` without the scan, even if the operator removes the
 * scanner from the configuration.
 */
export function leaseVerification({ db, clock, scanning }: Deps) {
  const except = scanning === undefined ? "scanning" : undefined;
  return (): Promise<FileJob | undefined> => {
    const now = clock();
    return fileJobQueries(db).lease("verification", { now, leaseEndsAt: now + LEASE_MS, except });
  };
}

/** Extends a lease. Returns false if the process has lost the lease. The result of its verification then has no effect. */
export function renewVerification({ db, clock }: Deps) {
  return (leased: FileJob): Promise<boolean> => fileJobQueries(db).renew(leased, { leaseEndsAt: clock() + LEASE_MS });
}

/**
 * Verifies the whole object of an attachment, and accepts or rejects the file. Two parallel runs of one verification do no harm, because
 * only the first decision has an effect.
 * If the run fails, for example because the bucket is unavailable, the promise rejects, and the verification is due again later. The pause
 * before the next run grows with each failure. If `signal` aborts, the verification is due again immediately. `beforeRelease`: runs before
 * the lease ends, so that a late renewal does not extend the ended lease.
 */
export function runVerification(deps: Deps) {
  const { db, clock } = deps;
  return async (leased: FileJob, options: VerificationOptions = {}): Promise<void> => {
    const { signal, beforeRelease } = options;
    try {
      await verifyAndDecide(deps, { leased, signal });
    } catch (error) {
      const isUnscanned = error instanceof DomainError && error.code === "scanner_unavailable";
      const maxMs = isUnscanned ? RETRY_SCAN_MAX_MS : RETRY_MAX_MS;
      const pauseMs = signal?.aborted ? 0 : Math.min(maxMs, RETRY_BASE_MS * 2 ** (leased.attempts - 1));
      await beforeRelease?.();
      await fileJobQueries(db).postpone(leased, { dueAt: clock() + pauseMs });
      if (!signal?.aborted) throw error;
    }
  };
}

type VerificationOptions = { signal?: AbortSignal; beforeRelease?: () => Promise<void> };

async function verifyAndDecide(
  deps: Deps,
  { leased, signal }: { leased: FileJob; signal: AbortSignal | undefined },
): Promise<void> {
  const { db, bucket } = deps;
  const attachment = await attachmentQueries(db).find(leased.attachmentId);
  // The attachment may have been deleted, or another process may have accepted or rejected the file.
  if (attachment === undefined || !isBeingVerified(attachment.state)) return;
  const upload = await uploadQueries(db).findOfAttachment(attachment.id);
  const { objectKey } = attachment;
  const stored = await bucket.head(objectKey);
  let verdict = CHANGED;
  if (stored?.etag === leased.detail) {
    const { declaredChecksum } = upload ?? {};
    verdict = await verifyContent(deps, { objectKey, stored, declaredChecksum, signal });
  }
  if (verdict.ok) await markReady(deps, { attachment, upload, verdict });
  else await reject(deps, { attachment, upload, fault: verdict });
}

/** The pause between two checks for due verifications, in milliseconds: after a failure, or after the end of another replica's lease. */
const INTERVAL_MS = 5_000;

/** The maximum number of verifications that run in parallel. A verification reads a whole file from the bucket, in constant memory. */
const MAX_RUNNING = 4;

/**
 * Runs the verifications that continue after the HTTP request. Several verifications run in parallel. The job renews the lease of each
 * running verification. If a replica dies, its leases end, and another replica leases its verifications. The function `stop` releases the
 * running verifications for other replicas.
 */
export function startVerification(options: {
  useCases: {
    leaseVerification: ReturnType<typeof leaseVerification>;
    renewVerification: ReturnType<typeof renewVerification>;
    runVerification: ReturnType<typeof runVerification>;
  };
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  const onError = (error: unknown, leased?: FileJob) =>
    logger.error(
      { err: error, attachmentId: leased?.attachmentId },
      "The verification of a file failed. It is retried.",
    );
  return startRunner(
    {
      async lease(running) {
        const leased = running.length < MAX_RUNNING ? await useCases.leaseVerification() : undefined;
        return leased === undefined ? [] : [leased];
      },
      async run(leased, cut) {
        const lost = new AbortController();
        let renewed: Promise<unknown> = Promise.resolve();
        const renewal = setInterval(() => {
          // The next renewal may succeed after a failed one. Without its lease, the verification is aborted, because its result has no
          // effect.
          const isOurs = useCases.renewVerification(leased);
          renewed = isOurs.then((ours) => ours || lost.abort()).catch((error) => onError(error, leased));
        }, RENEW_MS);
        const beforeRelease = async () => {
          clearInterval(renewal);
          await renewed;
        };
        try {
          await useCases.runVerification(leased, { signal: AbortSignal.any([cut, lost.signal]), beforeRelease });
          return true;
        } finally {
          clearInterval(renewal);
        }
      },
    },
    { intervalMs: INTERVAL_MS, cutAfterMs: 0, onError },
  );
}
