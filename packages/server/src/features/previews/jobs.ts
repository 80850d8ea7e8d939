import type { Logger } from "pino";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { PreviewVerbs } from "./index.ts";

/** The pause between two checks of a replica for files without previews. */
const INTERVAL_MS = 15_000;

type Options = { useCases: Pick<PreviewVerbs, "leaseMissingPreview" | "makeLeasedPreviews">; logger: Logger };

/** Makes the previews of one file at a time. The replicas share the work. The function `stop` ends the child process. */
export function startPreviewMaking({ useCases, logger }: Options): Loop {
  const stopping = new AbortController();

  async function round(): Promise<void> {
    while (!stopping.signal.aborted) {
      const leased = await useCases.leaseMissingPreview();
      if (leased === undefined) return;
      await useCases.makeLeasedPreviews(leased, stopping.signal).catch((error) => {
        if (!stopping.signal.aborted)
          logger.warn({ err: error, attachmentId: leased.attachmentId }, "a preview could not be made");
      });
    }
  }

  const onError = (error: unknown) =>
    logger.error({ err: error }, "The job that makes previews failed. It is retried.");
  const loop = startLoop({ round, intervalMs: INTERVAL_MS, onError });
  return {
    kick: loop.kick,
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}
