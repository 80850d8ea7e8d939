import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { WorkloadName } from "./workload.ts";

export type Drive = { port: number; seconds: number; connections: number };

export type LoadResult = {
  /** How many answers had which status. */
  answers: Record<number, number>;
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  /** The generator's own processor time over the round's time: near 1, it was the limit and not the server. */
  generatorCpuShare: number;
};

export type LoadGenerator = { drive(order: Drive): Promise<LoadResult>; stop(): void };

/** Starts the load generator in its own process, which stays for all rounds so that it is compiled when they begin. */
export async function startLoadGenerator(workload: WorkloadName): Promise<LoadGenerator> {
  const child = fork(new URL("./load-generator.ts", import.meta.url), [workload]);
  await nextMessage(child);
  return {
    drive: async (order) => {
      child.send(order);
      const answer = await nextMessage<LoadResult | { error: string }>(child);
      if ("error" in answer) throw new Error(`The load generator failed: ${answer.error}`);
      return answer;
    },
    stop: () => {
      child.kill();
    },
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
