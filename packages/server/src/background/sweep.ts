import type { Logger } from "pino";
import type { UseCases } from "../usecases/index.ts";
import { type Loop, startLoop } from "./loop.ts";

const INTERVAL_MS = 30_000;

/**
 * Records the counted refusals of URLs. Expires abandoned uploads, and purges old items in the trash. Deletes closed accounts and objects
 * whose deletion is due. Deletes expired counts of limits, old claims, old invitations, expired account links and sessions, expired codes and
 * old webhook deliveries. Queues the mails about shares that expire soon.
 */
export function startSweep(options: {
  useCases: Pick<
    UseCases,
    | "expireUploads"
    | "expireTrash"
    | "deleteClosedAccounts"
    | "purgeObjects"
    | "deleteExpiredWindows"
    | "deleteOldClaims"
    | "deleteExpiredAccountLinks"
    | "deleteExpiredSessions"
    | "deleteOldInvitations"
    | "deleteExpiredCodes"
    | "remindOfExpiry"
    | "deleteOldDeliveries"
    | "flushRefusals"
  >;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  return startLoop({
    async round() {
      await useCases.flushRefusals();
      await useCases.expireUploads();
      await useCases.expireTrash();
      await useCases.deleteClosedAccounts();
      await useCases.purgeObjects();
      await useCases.deleteExpiredWindows();
      await useCases.deleteOldClaims();
      await useCases.deleteExpiredAccountLinks();
      await useCases.deleteExpiredSessions();
      await useCases.deleteOldInvitations();
      await useCases.deleteExpiredCodes();
      await useCases.remindOfExpiry();
      await useCases.deleteOldDeliveries();
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The sweep failed. It is retried."),
  });
}
