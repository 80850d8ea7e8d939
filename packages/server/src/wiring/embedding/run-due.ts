import type { Logger } from "pino";
import type { Base } from "../base.ts";

/** Runs all the work that is due now, as the background jobs do, and then stops. If a verification fails, a later call tries it again. */
export async function runDue(
  { useCases, capabilities }: Base,
  { deliver, logger }: { deliver: () => Promise<number>; logger: Logger },
): Promise<void> {
  await capabilities.settle().catch((error) => logger.warn({ err: error }, "the bucket can't be reached"));
  for (;;) {
    const claimed = await useCases.claimVerification();
    if (claimed === undefined) break;
    await useCases.runVerification(claimed).catch((error) => {
      logger.error(
        { err: error, attachmentId: claimed.attachmentId },
        "The verification of a file failed. It is retried.",
      );
    });
  }
  await deliver();
  await useCases.flushRefusals();
  await useCases.expireUploads();
  await useCases.purgeObjects();
}
