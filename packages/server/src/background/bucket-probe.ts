import type { Logger } from "pino";
import { describeCapabilities } from "../domain/bucket-capabilities.ts";
import type { Capabilities } from "../usecases/storage/capabilities.ts";

export type CapabilityWatch = {
  /** Waits for what is under way, and asks no more. */
  stop(): Promise<void>;
};

/**
 * Makes known what the bucket can do, resolves when that was tried, and keeps it up to date every `intervalMs`. A bucket that is down
 * keeps nobody from starting: the least is assumed of it until it answers.
 */
export async function watchCapabilities(options: {
  capabilities: Capabilities;
  intervalMs: number;
  logger: Logger;
}): Promise<CapabilityWatch> {
  const { capabilities, intervalMs, logger } = options;
  let said: string | undefined;

  async function look(): Promise<void> {
    try {
      const line = describeCapabilities(await capabilities.settle());
      if (line !== said) logger.info(line);
      said = line;
    } catch (error) {
      if (said === undefined) {
        logger.warn({ err: error }, "bucket: not known yet, so uploads are staged and copied; it is asked again");
      }
      said ??= "";
    }
  }

  let looking = look();
  await looking;
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
