import type { Logger } from "pino";
import { startAuditRetention } from "../background/audit-retention.ts";
import { startBucketProbe } from "../background/bucket-probe.ts";
import { startSweep } from "../background/sweep.ts";
import { startVerification } from "../background/verification.ts";
import type { Base } from "./base.ts";
import type { Opened } from "./opened.ts";

/**
 * Starts the background jobs on an open base. They run at intervals, and as soon as a use case queues work for them.
 * `kick` runs them for work that an earlier process left.
 */
export async function startBackground(
  base: Base,
  { logger, opened }: { logger: Logger; opened: Opened },
): Promise<{ kick(): void }> {
  const { useCases, work, db, capabilities } = base;
  const verification = startVerification({ useCases, logger });
  opened.add(verification.stop);
  work.on("verificationQueued", verification.kick);
  const sweep = startSweep({ useCases, logger });
  opened.add(sweep.stop);
  work.on("deletionsQueued", sweep.kick);
  const auditRetention = startAuditRetention({ useCases, logger });
  opened.add(auditRetention.stop);
  const probe = await startBucketProbe({ capabilities, logger });
  opened.add(probe.stop);
  if (base.scanner === undefined) await warnOfUnscanned(db, logger);
  return {
    kick() {
      for (const job of [sweep, verification, auditRetention]) job.kick();
    },
  };
}

/** Without a scanner, files that were queued for it never become ready. */
async function warnOfUnscanned(db: Base["db"], logger: Logger): Promise<void> {
  const waiting = await db.verifications.countNeedingScan();
  if (waiting === 0) return;
  logger.warn({ waiting }, "files wait for a virus scanner: set CLAMAV_HOST again, or delete them");
}
