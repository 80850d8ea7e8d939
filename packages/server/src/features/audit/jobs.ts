import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { AuditVerbs } from "./index.ts";

const INTERVAL_MS = 3_600_000;

/** Exports old audit events to files, and deletes them from the database, once an hour. */
export function startAuditRetention(options: {
  useCases: Pick<AuditVerbs, "expireAuditEvents">;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  return startLoop({
    async round() {
      const events = await useCases.expireAuditEvents();
      if (events > 0) logger.info({ events }, "old audit events were exported and deleted");
    },
    intervalMs: INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "The export of old audit events failed. It is retried."),
  });
}
