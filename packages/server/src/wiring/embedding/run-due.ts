import type { Logger } from "pino";
import type { Base } from "../base.ts";

/** Runs all the work that is due now, as the background jobs do, and then stops. If a verification fails, a later call tries it again. */
export async function runDue(
  { useCases, capabilities }: Base,
  { deliver, logger }: { deliver: () => Promise<number>; logger: Logger },
): Promise<void> {
  await capabilities.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
  for (;;) {
    const claimed = await useCases.leaseVerification();
    if (claimed === undefined) break;
    await useCases.runVerification(claimed).catch((error) => {
      logger.error(
        { err: error, attachmentId: claimed.attachmentId },
        "The verification of a file failed. It is retried.",
      );
    });
  }
  const failures: unknown[] = [];
  // A job that fails, for example because the bucket is down, must not stop the others.
  for (const job of [deliver, useCases.flushRefusals, useCases.expireUploads, useCases.purgeObjects]) {
    await job().catch((error) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
