import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { WorkloadName } from "./calls.ts";

export type Drive = { workload: WorkloadName; port: number; seconds: number; connections: number };

export type LoadResult = {
  responses: Record<number, number>;
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  /**
   * The CPU time of the load generator, divided by the length of the turn. Near 1, the load generator was the bottleneck, and not the
   * server.
   */
  generatorCpuShare: number;
};

/** An order of the main process to the load generator. */
export type Order = Drive & { isPreparation: boolean };

export type LoadGenerator = {
  /** Prepares the data of a turn, so that the preparation is not measured. */
  prepare(turn: Drive): Promise<void>;
  drive(turn: Drive): Promise<LoadResult>;
  stop(): void;
};

/**
 * Starts the load generator in a separate process. The same process generates the load of all rounds, so V8 compiles its code only once.
 */
export async function startLoadGenerator(): Promise<LoadGenerator> {
  const child = fork(new URL("./load-generator-process.ts", import.meta.url));
  await nextMessage(child);
  const send = async <T>(order: Order): Promise<T> => {
    child.send(order);
    const message = await nextMessage<T | { error: string }>(child);
    if (typeof message === "object" && message !== null && "error" in message)
      throw new Error(`The load generator failed: ${message.error}`);
    return message as T;
  };
  return {
    prepare: (turn) => send<void>({ ...turn, isPreparation: true }),
    drive: (turn) => send<LoadResult>({ ...turn, isPreparation: false }),
    stop: () => void child.kill(),
  };
}

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const gone = new AbortController();
  const died = once(child, "exit", { signal: gone.signal }).then(([code]) => {
    throw new Error(`The load generator ended with ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), died])) as [T];
    return message;
  } finally {
    died.catch(() => {});
    gone.abort();
  }
}
