import type { Logger } from "pino";
import { type Loop, startLoop } from "../platform/jobs/loop.ts";
import type { UseCases } from "./use-cases.ts";

const [HALF_A_MINUTE, MINUTE, HOUR] = [30_000, 60_000, 3_600_000];

/** The jobs of the sweep, and how often each job runs. Milliseconds. */
const INTERVALS_MS = {
  flushRefusals: HALF_A_MINUTE,
  expireUploads: HALF_A_MINUTE,
  expireTrash: HALF_A_MINUTE,
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

/** The jobs of the sweep. `kick` without a job kicks all jobs. */
export type Sweep = { kick(job?: Job): void; stop: Loop["stop"] };

/**
 * Deletes what is expired, and queues the mails about shares that expire soon. Each job has a loop of its own. So a job that fails or hangs,
 * for example because the bucket is down, does not delay another job.
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
