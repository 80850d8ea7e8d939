import { type Candidate, startCandidate } from "./rig/candidate.ts";
import { type CpuQuota, limitCpu } from "./rig/cpu-quota.ts";
import { createDataset } from "./rig/dataset.ts";
import { createEnvironment } from "./rig/environment.ts";
import { type LoadGenerator, startLoadGenerator } from "./rig/load-generator.ts";
import { readFlags } from "./rig/read-flags.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal, reportResult } from "./rig/table.ts";
import { verifyCandidate } from "./rig/verify-candidate.ts";

const WARM_UP_SECONDS = 4;
const CONNECTIONS_PER_WORKER = 64;
const TIMES_ONE_WORKER = 1.6;

type Round = { requestsPerSecond: number; p99Milliseconds: number; cpuMicroseconds: number };
type Server = { name: string; workers: number; candidate: Candidate; rounds: Round[] };

/**
 * Compares one worker with two workers on PostgreSQL. Each worker gets the same share of a core, so PostgreSQL and the load generator always
 * have a free core. Needs Linux and root.
 *
 * Flags: --rounds 5, --seconds 5, --share 0.25. Returns whether the goal was met.
 */
export async function runWorkers(args: readonly string[]): Promise<boolean> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return reportResult(false, "workers: not measured, because this benchmark needs Linux and root");
  }
  const flags = readFlags(args, { rounds: "5", seconds: "5", share: "0.25" });
  const [rounds, seconds, share] = [flags.rounds, flags.seconds, flags.share].map(Number) as [number, number, number];
  const dataset = createDataset();
  const environment = await createEnvironment(dataset);
  const load = await startLoadGenerator();
  const servers: Server[] = [];
  const quotas: CpuQuota[] = [];
  try {
    console.log(`workers: GET /attachments/:id/url, each worker has ${share} of a core, ${environment.description}`);
    for (const workers of [1, 2]) {
      const { spec } = await (workers === 1 ? environment.service("postgres") : environment.workers(workers));
      const server = { name: `workers: ${workers}`, workers, candidate: await startCandidate(spec), rounds: [] };
      servers.push(server);
      await verifyCandidate(server.candidate, dataset);
      await drive(server, { load, seconds: WARM_UP_SECONDS });
      for (const pid of await server.candidate.workerPids()) quotas.push(await limitCpu(pid, share));
    }
    // With its quota, a worker needs time to reach its speed again.
    for (const server of servers) await drive(server, { load, seconds: WARM_UP_SECONDS });
    for (let round = 0; round < rounds; round++) {
      for (const server of servers) server.rounds.push(await drive(server, { load, seconds }));
    }
  } finally {
    for (const { candidate } of servers) await candidate.stop();
    for (const quota of quotas) await quota.remove();
    load.stop();
    await environment.close();
  }
  return report(servers);
}

async function drive(
  { workers, candidate }: Server,
  { load, seconds }: { load: LoadGenerator; seconds: number },
): Promise<Round> {
  const connections = workers * CONNECTIONS_PER_WORKER;
  const turn = { workload: "url", port: candidate.port, connections, seconds } as const;
  await load.prepare(turn);
  const before = await candidate.usage();
  const { responses, ...measured } = await load.drive(turn);
  const spent = (await candidate.usage()).cpuMicroseconds - before.cpuMicroseconds;
  const { 200: good = 0, ...refused } = responses;
  if (Object.keys(refused).length > 0) throw new Error(`The service refused requests: ${JSON.stringify(refused)}`);
  return { ...measured, cpuMicroseconds: spent / good };
}

function report(servers: readonly Server[]): boolean {
  const medianOf = ({ rounds }: Server, key: keyof Round) => median(rounds.map((round) => round[key]));
  const rows = servers.map((server) => [
    server.name,
    formatCount(medianOf(server, "requestsPerSecond")),
    medianOf(server, "p99Milliseconds").toFixed(1),
    medianOf(server, "cpuMicroseconds").toFixed(0),
  ]);
  console.log(formatTable(["", "requests/s", "p99 ms", "CPU us/request"], rows));
  const [one, two] = servers.map(({ rounds }) => rounds.map(({ requestsPerSecond }) => requestsPerSecond)) as [
    number[],
    number[],
  ];
  const value = medianRatio(two, one);
  return reportGoal({ text: "two workers, times one worker", value, atLeast: TIMES_ONE_WORKER, unit: "x" });
}
