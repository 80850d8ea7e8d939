import type { Logger } from "pino";
import { mailWork, startMailDelivery } from "../features/mail/jobs.ts";
import { startSearchIndex } from "../features/notes/jobs.ts";
import { startPolicyRefresh } from "../features/policy/live-policy.ts";
import { policyQueries } from "../features/policy/queries.ts";
import { webhookWork } from "../features/webhooks/deliver.ts";
import { reportUrls, startWebhookDelivery } from "../features/webhooks/jobs.ts";
import type { Loop } from "../platform/jobs/loop.ts";
import { createWebhookSender } from "../platform/outgoing/send-webhook.ts";
import { startFileBackground, startSweep } from "./background.ts";
import type { Base, Opened } from "./base.ts";
import type { UseCases } from "./use-cases.ts";

type ServiceBase = Base<UseCases>;

const [HALF_A_MINUTE, MINUTE, HOUR] = [30_000, 60_000, 3_600_000];
/** The interval of the summaries of issued URLs for webhooks, in milliseconds. */
const URL_REPORTS = 5_000;

/** The intervals of the jobs that only the service has, in milliseconds. */
export const SERVICE_JOBS = {
  deleteClosedAccounts: HALF_A_MINUTE,
  remindOfExpiry: MINUTE,
  deleteExpiredWindows: MINUTE,
  deleteOldClaims: HOUR,
  deleteExpiredAccountLinks: HOUR,
  deleteExpiredSessions: HOUR,
  deleteOldInvitations: HOUR,
  deleteExpiredCodes: HOUR,
  deleteExpiredTokenRequests: HOUR,
  deleteOldDeliveries: HOUR,
} satisfies Partial<Record<keyof UseCases, number>>;

/** Starts the background jobs of the service: the jobs that embeddings also have, and the jobs of the other features. */
export async function startBackground(
  base: ServiceBase,
  { logger, opened }: { logger: Logger; opened: Opened },
): Promise<{ kick(): void }> {
  const { useCases, work, db } = base;
  const files = await startFileBackground(base, { logger, opened });
  const sweep = startSweep({
    useCases: { ...useCases, reportUrls: reportUrls(base.deps) },
    jobs: { ...SERVICE_JOBS, reportUrls: URL_REPORTS },
    logger,
  });
  opened.add(sweep.stop);
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
  const policy = startPolicyRefresh({
    async refresh() {
      await base.deps.policy.refresh(() => policyQueries(db).list());
      await base.buckets.uploadBucket.refresh();
    },
    logger,
  });
  opened.add(policy.stop);
  return {
    kick() {
      for (const job of [files, sweep, searchIndex, mails, webhooks]) job?.kick();
    },
  };
}

/** Starts the job that sends mails. Returns undefined without a mail server. Mails then stay in the outbox. */
function openMails({ deps }: ServiceBase, logger: Logger): Loop | undefined {
  if (deps.mail === undefined) return undefined;
  const work = mailWork(deps, {
    onFailure({ isFinal, ...failure }) {
      if (isFinal) logger.error(failure, "a mail was given up");
      else logger.warn(failure, "a mail could not be sent, and is tried again");
    },
  });
  return startMailDelivery({ work, logger });
}

function openWebhooks({ deps }: ServiceBase, logger: Logger): Loop {
  const sender = createWebhookSender({ allowsLoopback: deps.webhooks?.allowsLoopback === true });
  const work = webhookWork(
    { ...deps, sender },
    {
      onFailure({ isDisabled, isFinal, ...failure }) {
        if (isDisabled) logger.warn(failure, "a webhook was disabled, because it failed for three days");
        else if (isFinal) logger.warn(failure, "a webhook message was given up");
        else logger.info(failure, "a webhook message could not be sent, and is tried again");
      },
    },
  );
  return startWebhookDelivery({ work, logger });
}
