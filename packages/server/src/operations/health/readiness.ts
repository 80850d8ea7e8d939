import { AsyncLocalStorage } from "node:async_hooks";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";

/**
 * The functions that check the parts of the service. A probe resolves if the part works, and rejects if not. `scanner` is undefined if
 * there is no virus scanner.
 */
export type Probes = { database(): Promise<void>; bucket(): Promise<void>; scanner?(): Promise<void> };

export type Check = { state: "up" } | { state: "down"; reason?: string };
export type Readiness = { database: Check; bucket: Check; scanner?: Check };

/** Reads the states of the parts of the service, from their last probes. */
export type ReadinessReader = {
  /** Returns the states. For some seconds after the call, the probes run again and again, so that the next call need not wait for them. */
  poll(): Promise<Readiness>;
  /** Returns the states. If `poll` was not called in the last seconds, waits for a new probe of each part. */
  read(): Promise<Readiness>;
  /** Starts no more probes. */
  stop(): void;
};

export function createReadiness(probes: Probes): ReadinessReader {
  const watches = Object.entries(probes).map(([name, probe]) => [name, createWatch(probe)] as const);
  async function read(): Promise<Readiness> {
    const checks = watches.map(async ([name, watch]) => [name, await watch.read()]);
    return Object.fromEntries(await Promise.all(checks)) as Readiness;
  }
  return {
    poll() {
      for (const [, watch] of watches) watch.extend();
      return read();
    },
    read,
    stop() {
      for (const [, watch] of watches) watch.stop();
    },
  };
}

/** Returns the parts that are down, with the reasons if they are known. */
export function describeFaults(readiness: Readiness): string {
  const down = Object.entries(readiness).flatMap(([name, check]) =>
    check.state === "up" ? [] : [check.reason === undefined ? name : `${name} (${check.reason})`],
  );
  return `Down: ${down.join(", ")}.`;
}

/** Probes one part again and again until `probeForMs` after the last call of `extend`. */
function createWatch(probe: () => Promise<void>) {
  let last: Check | undefined;
  let running: Promise<Check> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endsAt = 0;
  // An HTTP request may start a probe. With this snapshot, traces do not show the HTTP request as the parent of the probe.
  const outsideRequests = AsyncLocalStorage.snapshot();

  async function run(): Promise<Check> {
    const result = check(probe);
    const found = await inTime(result);
    running = undefined;
    const isOver = performance.now() > endsAt;
    last = isOver ? undefined : found;
    if (!isOver) timer = setTimeout(start, httpLimits.probeEveryMs).unref();
    // A part of a busy service is down only while its probe is late. So a balancer that checks several times does not remove the replica.
    void result.then((late) => {
      if (last === found) last = late;
    });
    return found;
  }

  function start(): Promise<Check> {
    running ??= outsideRequests(run);
    return running;
  }

  return {
    read: async (): Promise<Check> => last ?? start(),
    extend(): void {
      endsAt = performance.now() + httpLimits.probeForMs;
    },
    stop(): void {
      endsAt = 0;
      clearTimeout(timer);
    },
  };
}

function check(probe: () => Promise<void>): Promise<Check> {
  return probe().then(
    (): Check => ({ state: "up" }),
    // Omits the messages of other errors, because these may contain host names and IP addresses.
    (error: unknown): Check => ({ state: "down", ...(error instanceof DomainError && { reason: error.message }) }),
  );
}

/** Returns the result of a probe. Returns `down` if the probe takes more than `probeTimeoutMs`. */
async function inTime(result: Promise<Check>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve({ state: "down" }), httpLimits.probeTimeoutMs);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
