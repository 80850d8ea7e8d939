import { type Candidate, startCandidate, type Usage } from "./candidate.ts";
import type { PreparedCandidate } from "./environment.ts";
import type { LoadGenerator, LoadResult } from "./load-generator.ts";
import type { WorkloadName } from "./workload.ts";

/** A workload, and the server that gets it. Several turns of a round may use the same server. */
export type Turn = { name: string; workload: WorkloadName; server: PreparedCandidate };

/** The CPU time of all processes and threads of the server, divided by the requests of the turn. */
export type RoundCost = { cpuMicrosecondsPerRequest: number };

export type Measured = Turn & {
  rounds: (LoadResult & RoundCost)[];
  usage: Usage;
  /** The number of responses with 200 or 201 since the start, including those of the verification and the warm-up. */
  okResponses: number;
  /** The number of responses with another status under load. The run fails if there is such a response. */
  otherResponses: number;
};

type RoundsPlan = {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** Checks that the server works. Returns the number of its responses with 200 or 201. */
  verify(turn: Turn, candidate: Candidate): Promise<number>;
  /** Runs before each round, while all servers are idle. */
  beforeRound(): void;
};

type Entry = { candidate: Candidate; measured: Measured };
type Options = { load: LoadGenerator; plan: RoundsPlan };

/** Runs all turns in each round, so that a slow phase of the machine affects all of them. Between its turns, a server runs but is idle. */
export async function measureRounds(turns: readonly Turn[], { load, plan }: Options): Promise<Measured[]> {
  const candidates = new Map<PreparedCandidate, Candidate>();
  let endedCleanly = false;
  let entries: Entry[] = [];
  try {
    for (const { server } of turns) {
      if (!candidates.has(server)) candidates.set(server, await startCandidate(server.spec));
    }
    entries = turns.map((turn) => createEntry(turn, candidates.get(turn.server) as Candidate));
    for (const { candidate, measured } of entries) measured.okResponses += await plan.verify(measured, candidate);
    for (const entry of entries) count(entry, await drive(entry, { load, plan, seconds: plan.warmUpSeconds }));
    for (let round = 0; round < plan.rounds; round++) {
      plan.beforeRound();
      for (const entry of entries) {
        const result = await drive(entry, { load, plan, seconds: plan.seconds });
        count(entry, result);
        entry.measured.rounds.push(result);
      }
    }
    for (const { candidate, measured } of entries) measured.usage = await candidate.usage();
  } finally {
    endedCleanly = await stopAll([...candidates.values()]);
  }
  if (!endedCleanly) throw new Error("A server did not end cleanly.");
  return entries.map(({ measured }) => measured);
}

function createEntry(turn: Turn, candidate: Candidate): Entry {
  const usage = { rssBytes: Number.NaN, peakRssBytes: Number.NaN, cpuMicroseconds: Number.NaN };
  return { candidate, measured: { ...turn, rounds: [], usage, okResponses: 0, otherResponses: 0 } };
}

/** Stops all servers gracefully, so that each server finishes the writes to its audit log. Returns whether all servers ended cleanly. */
async function stopAll(candidates: readonly Candidate[]): Promise<boolean> {
  const outcomes = await Promise.allSettled(candidates.map((candidate) => candidate.stop()));
  for (const outcome of outcomes) if (outcome.status === "rejected") console.error(outcome.reason);
  return outcomes.every(({ status }) => status === "fulfilled");
}

async function drive(
  { candidate, measured: { workload, server } }: Entry,
  { load, plan, seconds }: Options & { seconds: number },
): Promise<LoadResult & RoundCost> {
  const turn = { workload, port: candidate.port, connections: plan.connections, seconds };
  await load.prepare(turn);
  const since = Date.now();
  const before = await candidate.usage();
  const result = await load.drive(turn);
  const spent = (await candidate.usage()).cpuMicroseconds - before.cpuMicroseconds;
  if (workload.endsWith("start")) await server.endUploads?.({ since });
  const requests = Object.values(result.responses).reduce((sum, number) => sum + number, 0);
  return { ...result, cpuMicrosecondsPerRequest: spent / requests };
}

function count({ measured }: Entry, { responses }: LoadResult): void {
  for (const [status, number] of Object.entries(responses)) {
    if (status === "200" || status === "201") measured.okResponses += number;
    else measured.otherResponses += number;
  }
}
