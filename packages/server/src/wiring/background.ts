import type { Logger } from "pino";
import { startAuditRetention } from "../features/audit/retention.ts";
import { deliverMails, startMailDelivery } from "../features/mail/jobs.ts";
import { startSearchIndex } from "../features/notes/jobs.ts";
import { startPolicyRefresh } from "../features/policy/live-policy.ts";
import { policyQueries } from "../features/policy/queries.ts";
import { startPreviewMaking } from "../features/previews/jobs.ts";
import { startBucketProbe } from "../features/storage/capabilities.ts";
import { startVerification } from "../features/uploads/jobs.ts";
import { verificationQueries } from "../features/uploads/queries/verifications.ts";
import { createDeliveries } from "../features/webhooks/deliver.ts";
import { reportUrls, startWebhookDelivery } from "../features/webhooks/jobs.ts";
import { type Loop, startLoop } from "../platform/jobs/loop.ts";
import { createWebhookSender } from "../platform/outgoing/send-webhook.ts";
import { canDraw } from "../platform/pictures/draw-pictures.ts";
import type { Base, Opened } from "./base.ts";
import type { UseCases } from "./use-cases.ts";

/**
 * Starts the background jobs. A job runs at intervals, and immediately after a use case queues work. `kick` runs the jobs now, because an
 * earlier process may have left work.
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
  work.on("deletionsQueued", () => {
    sweep.kick("purgeNotes");
    sweep.kick("purgeObjects");
  });
  const auditRetention = startAuditRetention({ useCases, logger });
  opened.add(auditRetention.stop);
  const searchIndex = startSearchIndex({ useCases, logger });
  opened.add(searchIndex.stop);
  const mails = openMails(base, logger);
  if (mails !== undefined) {
    opened.add(mails.stop);
    work.on("mailQueued", mails.kick);
  }
  const webhooks = openWebhooks(base, logger);
  opened.add(webhooks.stop);
  work.on("webhookQueued", webhooks.kick);
  const previews = base.deps.limits.drawsPreviews && canDraw() ? startPreviewMaking({ useCases, logger }) : undefined;
  if (previews !== undefined) {
    opened.add(previews.stop);
    logger.info("the service makes the missing previews of pictures");
  }
  const policy = startPolicyRefresh({
    async refresh() {
      await base.deps.policy.refresh(() => policyQueries(db).list());
      await base.buckets.uploadBucket.refresh();
    },
    logger,
  });
  opened.add(policy.stop);
  for (const one of capabilities) {
    const name = capabilities.length === 1 ? "bucket" : `bucket ${one.number}`;
    opened.add((await startBucketProbe({ capabilities: one, name, logger })).stop);
  }
  if (base.scanner === undefined) await warnOfUnscanned(db, logger);
  return {
    kick() {
      for (const job of [sweep, verification, auditRetention, searchIndex, mails, webhooks, previews]) job?.kick();
    },
  };
}

/** Warns if files wait for a virus scanner, but no scanner is configured. Without a scanner, the waiting files never become ready. */
async function warnOfUnscanned(db: Base["db"], logger: Logger): Promise<void> {
  const waiting = await verificationQueries(db).countNeedingScan();
  if (waiting === 0) return;
  logger.warn({ waiting }, "files wait for a virus scanner: set CLAMAV_HOST again, or delete them");
}

/**
 * Starts the job that sends mails. Returns undefined if no mail server is configured. Without a mail server, queued mails stay in the
 * outbox.
 */
function openMails({ deps }: Base, logger: Logger): Loop | undefined {
  if (deps.mail === undefined) return undefined;
  const deliver = deliverMails(deps, {
    onFailure({ isFinal, ...failure }) {
      if (isFinal) logger.error(failure, "a mail was given up");
      else logger.warn(failure, "a mail could not be sent, and is tried again");
    },
  });
  return startMailDelivery({ deliver, logger });
}

function openWebhooks({ deps }: Base, logger: Logger): Loop {
  const sender = createWebhookSender({ allowsLoopback: deps.webhooks?.allowsLoopback === true });
  return startWebhookDelivery({
    open: ({ onEnd }) =>
      createDeliveries(
        { ...deps, sender },
        {
          onEnd,
          onError: (error) => logger.error({ err: error }, "The outcome of a webhook could not be recorded."),
          onFailure({ isDisabled, isFinal, ...failure }) {
            if (isDisabled) logger.warn(failure, "a webhook was disabled, because it failed for three days");
            else if (isFinal) logger.warn(failure, "a webhook message was given up");
            else logger.info(failure, "a webhook message could not be sent, and is tried again");
          },
        },
      ),
    reportUrls: reportUrls(deps),
    logger,
  });
}

const [HALF_A_MINUTE, MINUTE, HOUR] = [30_000, 60_000, 3_600_000];

/** The intervals of the jobs of the sweep, in milliseconds. */
const INTERVALS_MS = {
  flushRefusals: HALF_A_MINUTE,
  expireUploads: HALF_A_MINUTE,
  expireTrash: HALF_A_MINUTE,
  dropUnconfirmedPreviews: MINUTE,
  deleteClosedAccounts: HALF_A_MINUTE,
  purgeNotes: HALF_A_MINUTE,
  purgeObjects: HALF_A_MINUTE,
  remindOfExpiry: MINUTE,
  deleteExpiredWindows: MINUTE,
  deleteOldClaims: HOUR,
  deleteExpiredAccountLinks: HOUR,
  deleteExpiredSessions: HOUR,
  deleteOldInvitations: HOUR,
  deleteExpiredCodes: HOUR,
  deleteOldDeliveries: HOUR,
} satisfies Partial<Record<keyof UseCases, number>>;

type Job = keyof typeof INTERVALS_MS;

/** The sweep. `kick` without a job runs all jobs. */
type Sweep = { kick(job?: Job): void; stop: Loop["stop"] };

/**
 * Deletes expired rows, and queues the mails about shares that expire soon. Each job has a separate loop. A job that fails or hangs, for
 * example during an outage of the bucket, does not delay another job.
 */
export function startSweep({ useCases, logger }: { useCases: Pick<UseCases, Job>; logger: Logger }): Sweep {
  function start(job: Job): Loop {
    return startLoop({
      async round() {
        await useCases[job]();
      },
      intervalMs: INTERVALS_MS[job],
      onError: (error) => logger.error({ err: error, job }, "A job of the sweep failed. It is retried."),
    });
  }

  const loops = new Map((Object.keys(INTERVALS_MS) as Job[]).map((job) => [job, start(job)]));
  return {
    kick(job) {
      if (job !== undefined) loops.get(job)?.kick();
      else for (const loop of loops.values()) loop.kick();
    },
    async stop() {
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
    },
  };
}
