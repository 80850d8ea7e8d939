import type { Logger } from "pino";
import { describeCapabilities } from "../domain/bucket-capabilities.ts";
import type { Capabilities } from "../usecases/storage/capabilities.ts";
import { type Loop, startLoop } from "./loop.ts";

/** How soon this replica reads capabilities that another replica has stored. Also, how soon it probes a bucket again that was down. */
const INTERVAL_MS = 30_000;

/**
 * Finds the capabilities of the bucket, and keeps them up to date. Resolves after the first attempt.
 * The service starts even if the bucket is down. Until the bucket responds, the service assumes that it has no capability.
 */
export async function startBucketProbe(options: {
  capabilities: Capabilities;
  logger: Logger;
  intervalMs?: number;
}): Promise<Loop> {
  const { capabilities, logger, intervalMs = INTERVAL_MS } = options;
  let logged: string | undefined;

  async function probe(): Promise<void> {
    const line = describeCapabilities(await capabilities.settle());
    if (line !== logged) logger.info(line);
    logged = line;
  }

  function onError(error: unknown): void {
    if (logged !== undefined) return;
    logged = "";
    logger.warn({ err: error }, "bucket: capabilities unknown, so uploads are staged and copied; it is probed again");
  }

  await probe().catch(onError);
  return startLoop({ round: probe, intervalMs, onError });
}
