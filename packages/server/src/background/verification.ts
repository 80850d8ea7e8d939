import type { UseCases } from "../usecases/index.ts";
import type { ClaimedVerification } from "../usecases/ports/index.ts";

export type Checking = {
  /** Looks for checks that are due now instead of at the next interval. */
  kick(): void;
  /** Hands back what is under way, and starts no more. */
  stop(): Promise<void>;
};

/**
 * Works off the checks of content that go on after a request: `atOnce` of them side by side, as they become due, those included whose
 * holder died. It looks for them every `intervalMs` and when kicked, and renews the lease of each every `renewMs`.
 */
export function startChecking(options: {
  useCases: () => Pick<UseCases, "claimVerification" | "renewVerification" | "runVerification">;
  atOnce: number;
  intervalMs: number;
  renewMs: number;
  /** `attachmentId`: of the file whose check failed. */
  onError: (error: unknown, attachmentId?: string) => void;
}): Checking {
  const { atOnce, renewMs, onError } = options;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let claiming: Promise<void> | undefined;
  let again = false;

  async function claimAll(): Promise<void> {
    do {
      again = false;
      try {
        while (underWay.size < atOnce && !stopping.signal.aborted) {
          const check = await options.useCases().claimVerification();
          if (check === undefined) break;
          const work = run(check).finally(() => {
            underWay.delete(work);
            kick();
          });
          underWay.add(work);
        }
      } catch (error) {
        onError(error);
      }
    } while (again && !stopping.signal.aborted);
  }

  async function run(check: ClaimedVerification): Promise<void> {
    const lost = new AbortController();
    const renewal = setInterval(() => {
      // What can't be renewed now may be at the next try; when the lease was lost, going on is wasted.
      const renewed = options.useCases().renewVerification(check);
      renewed.then((isOurs) => isOurs || lost.abort()).catch((error) => onError(error, check.attachmentId));
    }, renewMs);
    try {
      await options.useCases().runVerification(check, { signal: AbortSignal.any([stopping.signal, lost.signal]) });
    } catch (error) {
      onError(error, check.attachmentId);
    } finally {
      clearInterval(renewal);
    }
  }

  function kick(): void {
    if (stopping.signal.aborted) return;
    if (claiming !== undefined) {
      again = true;
      return;
    }
    claiming = claimAll().finally(() => {
      claiming = undefined;
    });
  }

  const timer = setInterval(kick, options.intervalMs);
  return {
    kick,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await claiming;
      await Promise.all(underWay);
    },
  };
}
