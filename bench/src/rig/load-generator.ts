import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { WorkloadName } from "./workload.ts";

export type Drive = { port: number; seconds: number; connections: number };

export type LoadResult = {
  responses: Record<number, number>;
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  /** The CPU time of the generator over the time of the round. Near 1, the generator was the limit and not the server. */
  generatorCpuShare: number;
};

export type LoadGenerator = { drive(order: Drive): Promise<LoadResult>; stop(): void };

/** Starts the load generator in a separate process. It runs for all rounds, so that its code is compiled before they start. */
export async function startLoadGenerator(workload: WorkloadName): Promise<LoadGenerator> {
  const child = fork(new URL("./load-generator-process.ts", import.meta.url), [workload]);
  await nextMessage(child);
  return {
    drive: async (order) => {
      child.send(order);
      const message = await nextMessage<LoadResult | { error: string }>(child);
      if ("error" in message) throw new Error(`The load generator failed: ${message.error}`);
      return message;
    },
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
