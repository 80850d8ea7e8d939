import type { Logger } from "pino";
import type { UseCases } from "../usecases/index.ts";
import type { ClaimedCheck } from "../usecases/ports/index.ts";
import { RENEW_MS } from "../usecases/uploads/run-check.ts";
import { type Loop, startLoop } from "./loop.ts";

/** How soon a check runs that failed, or that another replica left. */
const INTERVAL_MS = 5_000;
/** Each check reads a file through this process, in constant memory. */
const MAX_RUNNING = 4;

/**
 * Runs the checks of content that outlast the request. Several checks run side by side, and each renews its lease while it runs.
 * Checks whose holder died are claimed again. `stop` hands back the checks that run.
 */
export function startVerification(options: {
  useCases: Pick<UseCases, "claimCheck" | "renewCheck" | "runCheck">;
  logger: Logger;
}): Loop {
  const { useCases, logger } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const onError = (error: unknown, attachmentId?: string) =>
    logger.error({ err: error, attachmentId }, "The verification of a file failed. It is retried.");

  async function claimAll(): Promise<void> {
    while (running.size < MAX_RUNNING && !stopping.signal.aborted) {
      const check = await useCases.claimCheck();
      if (check === undefined) return;
      const work = run(check).finally(() => {
        running.delete(work);
        loop.kick();
      });
      running.add(work);
    }
  }

  async function run(check: ClaimedCheck): Promise<void> {
    const { attachmentId } = check;
    const lost = new AbortController();
    const renewal = setInterval(() => {
      // A renewal that fails may succeed next time. Without the lease, the result of the check has no effect.
      const renewed = useCases.renewCheck(check);
      renewed.then((isOurs) => isOurs || lost.abort()).catch((error) => onError(error, attachmentId));
    }, RENEW_MS);
    try {
      await useCases.runCheck(check, { signal: AbortSignal.any([stopping.signal, lost.signal]) });
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
