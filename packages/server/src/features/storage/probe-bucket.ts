import type { Logger } from "pino";
import { describeCapabilities } from "../../platform/bucket/port.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import type { Capabilities } from "./capabilities.ts";

/**
 * How often this replica reads the capabilities, which another replica may have stored. If the last probe failed or is too old, the replica
 * also probes the bucket. Milliseconds.
 */
const INTERVAL_MS = 30_000;

/**
 * Finds the capabilities of the bucket, and keeps them up to date. Resolves after the first attempt, even if the attempt failed. So the
 * service starts even if the bucket is down. Until the bucket responds, the service assumes that the bucket has no capabilities.
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
