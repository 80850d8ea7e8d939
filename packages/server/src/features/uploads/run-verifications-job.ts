import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { UploadVerbs } from "./index.ts";
import { RENEW_MS } from "./run-verification.ts";
import type { ClaimedVerification } from "./verification-queries.ts";

/**
 * How often this replica checks for due verifications. A verification becomes due again if it failed, or if another replica did not finish
 * it. Milliseconds.
 */
const INTERVAL_MS = 5_000;
/** The maximum number of verifications that run at the same time. Each of them reads a whole file from the bucket, in constant memory. */
const MAX_RUNNING = 4;

/**
 * Runs the verifications that continue after the HTTP request. Several verifications run at the same time. While a verification runs, its
 * lease is renewed. If a replica dies, its leases end, and another replica claims its verifications. `stop` releases the running
 * verifications, so that another replica can claim them.
 */
export function startVerification(options: {
  useCases: Pick<UploadVerbs, "claimVerification" | "renewVerification" | "runVerification">;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const onError = (error: unknown, attachmentId?: string) =>
    logger.error({ err: error, attachmentId }, "The verification of a file failed. It is retried.");

  async function claimAll(): Promise<void> {
    while (running.size < MAX_RUNNING && !stopping.signal.aborted) {
      const claimed = await useCases.claimVerification();
      if (claimed === undefined) return;
      const work = run(claimed).finally(() => {
        running.delete(work);
        loop.kick();
      });
      running.add(work);
    }
  }

  async function run(claimed: ClaimedVerification): Promise<void> {
    const { attachmentId } = claimed;
    const lost = new AbortController();
    const renewal = setInterval(() => {
      // If the call fails, the next renewal may still succeed. If the lease is lost, aborts the verification, because its result would have
      // no effect.
      const renewed = useCases.renewVerification(claimed);
      renewed.then((isOurs) => isOurs || lost.abort()).catch((error) => onError(error, attachmentId));
    }, RENEW_MS);
    try {
      await useCases.runVerification(claimed, { signal: AbortSignal.any([stopping.signal, lost.signal]) });
    } catch (error) {
      onError(error, attachmentId);
    } finally {
      clearInterval(renewal);
    }
  }

  const loop = startLoop({ round: claimAll, intervalMs: INTERVAL_MS, onError });
  return {
    kick: loop.kick,
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.all(running);
    },
  };
}
