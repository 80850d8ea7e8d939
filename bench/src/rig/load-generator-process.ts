// The process of the load generator. It receives orders over IPC and returns the results.
import { driveConnection } from "./connection.ts";
import type { Drive, LoadResult } from "./load-generator.ts";
import { createRequests, type WorkloadName } from "./workload.ts";

const requests = await createRequests(process.argv[2] as WorkloadName);
let position = 0;

process.on("message", (order: Drive) => {
  run(order).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");

async function run({ port, seconds, connections }: Drive): Promise<LoadResult> {
  const latencies: number[] = [];
  const responses: Record<number, number> = {};
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const nextRequest = () => (performance.now() < endsAt ? requests[position++ % requests.length] : undefined);
  const onResponse = (status: number, milliseconds: number) => {
    latencies.push(milliseconds);
    responses[status] = (responses[status] ?? 0) + 1;
  };
  // Each connection waits for its last response, so that the responses can be compared with the audit log.
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
