import type { Logger } from "pino";
import type { Deps } from "../../platform/deps.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import type { Deliveries } from "./deliver.ts";

/**
 * How often this job checks for due messages. The job must poll, because a transaction that queues a message does not start the job.
 * Milliseconds.
 */
const INTERVAL_MS = 2_000;
const REPORT_INTERVAL_MS = 5_000;
/** How long `stop` waits for the messages that are being sent. Milliseconds. */
const STOP_WITHIN_MS = 5_000;

type Options = {
  /** Creates the deliveries, which call `onEnd` when a try has ended. */
  open: (options: { onEnd: () => void }) => Deliveries;
  /** Queues the summaries of issued URLs, and returns how many it queued. */
  reportUrls: () => Promise<number>;
  logger: Logger;
};

/**
 * Sends the messages that are due. `stop` waits a short time for the messages that are being sent. Messages that are not sent by then stay
 * in the queue.
 */
export function startWebhookDelivery({ open, reportUrls, logger }: Options): Loop {
  const deliveries = open({ onEnd: () => sending.kick() });
  const sending = startLoop({
    async round() {
      await deliveries.start();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The webhooks could not be sent. They are tried again."),
  });
  const reporting = startLoop({
    async round() {
      if ((await reportUrls()) > 0) sending.kick();
    },
    intervalMs: REPORT_INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The issued URLs could not be summarised. They are read again."),
  });
  return {
    kick: sending.kick,
    async stop() {
      await Promise.all([sending.stop(), reporting.stop()]);
      const timer = setTimeout(deliveries.cut, STOP_WITHIN_MS);
      await deliveries.stop();
      clearTimeout(timer);
      // Ends the tries that still wait for a slow response.
      deliveries.cut();
    },
  };
}

/** How long the list of deliveries shows a delivery. Milliseconds. */
const KEEP_MS = 30 * 86_400_000;

/** Deletes the deliveries that are older than `KEEP_MS`. */
export function deleteOldDeliveries({ db, clock }: Deps) {
  return (): Promise<void> => webhookQueries(db).deleteOld(clock() - KEEP_MS);
}
