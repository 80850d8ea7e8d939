// This file runs in the process of the load generator. The process receives orders over IPC, and sends back the results.
import { driveConnection } from "./connection.ts";
import type { Drive, LoadResult, Order } from "./load-generator.ts";
import { createSource, createWorkload, type Workload, type WorkloadName } from "./workload.ts";

const source = await createSource();
const workloads = new Map<WorkloadName, Workload>();

process.on("message", ({ isPreparation, ...turn }: Order) => {
  (isPreparation ? prepare(turn) : run(turn)).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");

function workloadOf({ workload: name }: Drive): Workload {
  const workload = workloads.get(name) ?? createWorkload(name, source);
  workloads.set(name, workload);
  return workload;
}

async function prepare(turn: Drive): Promise<"prepared"> {
  await workloadOf(turn).prepare?.(turn);
  return "prepared";
}

async function run(turn: Drive): Promise<LoadResult> {
  const { port, seconds, connections } = turn;
  const workload = workloadOf(turn);
  const latencies: number[] = [];
  const responses: Record<number, number> = {};
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const nextRequest = () => (performance.now() < endsAt ? workload.next(turn) : undefined);
  const onResponse = (status: number, milliseconds: number) => {
    latencies.push(milliseconds);
    responses[status] = (responses[status] ?? 0) + 1;
  };
  // Each connection waits for its last response. If it did not wait, the audit log could have URLs of uncounted responses.
  await Promise.all(Array.from({ length: connections }, () => driveConnection({ port, nextRequest, onResponse })));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(latencies).sort();
  return {
    responses,
    requestsPerSecond: sorted.length / elapsedSeconds,
    p50Milliseconds: quantile(sorted, 0.5),
    p99Milliseconds: quantile(sorted, 0.99),
    generatorCpuShare: (user + system) / 1e6 / elapsedSeconds,
  };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
