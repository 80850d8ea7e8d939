import type { Logger } from "pino";
import { fileJobQueries } from "../features/attachments/file-job-queries.ts";
import { startPreviewMaking } from "../features/previews/jobs.ts";
import { startBucketProbe } from "../features/storage/capabilities.ts";
import { startVerification } from "../features/uploads/jobs.ts";
import { type Loop, startLoop } from "../platform/jobs/loop.ts";
import { canDraw } from "../platform/pictures/draw-pictures.ts";
import type { Base, Opened } from "./base.ts";
import type { FileUseCases } from "./file-use-cases.ts";

/**
 * Starts the background jobs that the service and all embeddings have in common. A job runs at intervals, and immediately after a use case
 * queues work. `kick` runs the jobs now, because an earlier process may have left work.
 */
export async function startFileBackground(
  base: Base,
  { logger, opened }: { logger: Logger; opened: Opened },
): Promise<{ kick(): void }> {
  const { useCases, work, db, capabilities } = base;
  const verification = startVerification({ useCases, logger });
  opened.add(verification.stop);
  work.on("verificationQueued", verification.kick);
  const sweep = startSweep({ useCases, jobs: FILE_JOBS, logger });
  opened.add(sweep.stop);
  work.on("deletionsQueued", () => {
    sweep.kick("purgeNotes");
    sweep.kick("purgeObjects");
  });
  const previews = makesPreviews(base.deps) ? startPreviewMaking({ useCases, logger }) : undefined;
  if (previews !== undefined) {
    opened.add(previews.stop);
    logger.info("the service makes the missing previews of pictures");
  }
  for (const one of capabilities) {
    const name = capabilities.length === 1 ? "bucket" : `bucket ${one.number}`;
    opened.add((await startBucketProbe({ capabilities: one, name, logger })).stop);
  }
  if (base.scanner === undefined) await warnOfUnscanned(db, logger);
  return {
    kick() {
      for (const job of [sweep, verification, previews]) job?.kick();
    },
  };
}

/** Returns whether this process makes missing previews. */
export const makesPreviews = ({ limits }: Pick<Base["deps"], "limits">): boolean => limits.drawsPreviews && canDraw();

/** Warns if files wait for a virus scanner, but the service has no scanner. Without a scanner, these files never become ready. */
async function warnOfUnscanned(db: Base["db"], logger: Logger): Promise<void> {
  const waiting = await fileJobQueries(db).count("verification", "scanning");
  if (waiting === 0) return;
  logger.warn({ waiting }, "files wait for a virus scanner: set CLAMAV_HOST again, or delete them");
}

const [HALF_A_MINUTE, MINUTE, HOUR] = [30_000, 60_000, 3_600_000];

/** The intervals of the short jobs that delete, expire or export rows, in milliseconds. */
export const FILE_JOBS = {
  flushRefusals: HALF_A_MINUTE,
  expireUploads: HALF_A_MINUTE,
  expireStaged: HALF_A_MINUTE,
  expireTrash: HALF_A_MINUTE,
  dropUnconfirmedPreviews: MINUTE,
  purgeNotes: HALF_A_MINUTE,
  purgeObjects: HALF_A_MINUTE,
  addAuditPartition: HOUR,
  expireAuditEvents: HOUR,
} satisfies Partial<Record<keyof FileUseCases, number>>;

/** The sweep. `kick` without a job runs all jobs. */
type Sweep<Job> = { kick(job?: Job): void; stop: Loop["stop"] };

/**
 * Starts the sweep, which deletes expired rows, and queues the mails about shares that expire soon. `jobs` has the interval of each job in
 * milliseconds. Each job has a separate loop. So a job that fails or hangs, for example during an outage of the bucket, does not delay the
 * other jobs.
 */
export function startSweep<Job extends string>({
  useCases,
  jobs,
  logger,
}: {
  useCases: NoInfer<Record<Job, () => Promise<unknown>>>;
  jobs: Readonly<Record<Job, number>>;
  logger: Logger;
}): Sweep<Job> {
  function start(job: Job): Loop {
    return startLoop({
      async round() {
        await useCases[job]();
      },
      intervalMs: jobs[job],
      onError: (error) => logger.error({ err: error, job }, "A job of the sweep failed. It is retried."),
    });
  }

  const loops = new Map((Object.keys(jobs) as Job[]).map((job) => [job, start(job)]));
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
