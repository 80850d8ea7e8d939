import { DomainError } from "../../../domain/errors.ts";
import { httpLimits } from "../../http-limits.ts";

/**
 * The functions that check the parts of the service. A probe resolves if the part works, and rejects if not. `scanner` is undefined if
 * there is no virus scanner.
 */
export type Probes = { database(): Promise<void>; bucket(): Promise<void>; scanner?(): Promise<void> };

export type Check = { state: "up" } | { state: "down"; reason?: string };
export type Readiness = { database: Check; bucket: Check; scanner?: Check };

/**
 * Returns a function that checks every part. The returned function checks each part at most once a second, even if it is called more often.
 */
export function createReadiness(probes: Probes): () => Promise<Readiness> {
  const database = atMostOnceASecond(() => check(probes.database));
  const bucket = atMostOnceASecond(() => check(probes.bucket));
  const { scanner: probeScanner } = probes;
  const scanner = probeScanner && atMostOnceASecond(() => check(probeScanner));
  return async () => {
    const [ofDatabase, ofBucket, ofScanner] = await Promise.all([database(), bucket(), scanner?.()]);
    return { database: ofDatabase, bucket: ofBucket, ...(ofScanner && { scanner: ofScanner }) };
  };
}

/** Returns a text with the parts that are down, and the reasons if they are known. */
export function describeFaults(readiness: Readiness): string {
  const down = Object.entries(readiness).flatMap(([name, check]) =>
    check.state === "up" ? [] : [check.reason === undefined ? name : `${name} (${check.reason})`],
  );
  return `Not ready. Down: ${down.join(", ")}.`;
}

function atMostOnceASecond(run: () => Promise<Check>): () => Promise<Check> {
  let last: { at: number; check: Promise<Check> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= httpLimits.probeEveryMs) last = { at: now, check: run() };
    return last.check;
  };
}

async function check(probe: () => Promise<void>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ state: "down" }), httpLimits.probeTimeoutMs);
  });
  const result = probe().then(
    (): Check => ({ state: "up" }),
    // Omits the messages of other errors, because these may contain host names and IP addresses.
    (error: unknown): Check => ({ state: "down", ...(error instanceof DomainError && { reason: error.message }) }),
  );
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
