import { type Candidate, startCandidate, type Usage } from "./candidate.ts";
import type { PreparedCandidate } from "./environment.ts";
import type { LoadGenerator, LoadResult } from "./load-generator.ts";

/** The CPU time of the server process for each request of a round, of all its threads. */
export type RoundCost = { cpuMicrosecondsPerRequest: number };

export type Measured = {
  name: string;
  rounds: (LoadResult & RoundCost)[];
  usage: Usage;
  /** The responses with 200 since the start, including verification and warm-up. */
  okResponses: number;
  /** The responses with another status under load. Must be 0. */
  otherResponses: number;
};

type RoundsPlan = {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** Returns the number of responses with 200. */
  verify(candidate: Candidate): Promise<number>;
};

type Entry = { candidate: Candidate; measured: Measured };

/** Gives every server a turn in each round, so that drift affects all alike. The servers run all the time and idle between turns. */
export async function measureRounds(
  candidates: readonly PreparedCandidate[],
  { load, plan }: { load: LoadGenerator; plan: RoundsPlan },
): Promise<Measured[]> {
  const entries: Entry[] = [];
  let endedCleanly = false;
  try {
    for (const { spec } of candidates) entries.push(startEntry(await startCandidate(spec)));
    for (const { candidate, measured } of entries) measured.okResponses += await plan.verify(candidate);
    for (const entry of entries) count(entry, await drive(entry, { load, plan, seconds: plan.warmUpSeconds }));
    for (let round = 0; round < plan.rounds; round++) {
      for (const entry of entries) {
        const result = await drive(entry, { load, plan, seconds: plan.seconds });
        count(entry, result);
        entry.measured.rounds.push(result);
      }
    }
    for (const { candidate, measured } of entries) measured.usage = await candidate.usage();
  } finally {
    endedCleanly = await stopAll(entries);
  }
  if (!endedCleanly) throw new Error("A server did not end cleanly.");
  return entries.map(({ measured }) => measured);
}

function startEntry(candidate: Candidate): Entry {
  const usage = { rssBytes: Number.NaN, peakRssBytes: Number.NaN, cpuMicroseconds: Number.NaN };
  return { candidate, measured: { name: candidate.name, rounds: [], usage, okResponses: 0, otherResponses: 0 } };
}

/** Stops all servers gracefully, so that they write their audit logs themselves. */
async function stopAll(entries: readonly Entry[]): Promise<boolean> {
  const outcomes = await Promise.allSettled(entries.map(({ candidate }) => candidate.stop()));
  for (const outcome of outcomes) if (outcome.status === "rejected") console.error(outcome.reason);
  return outcomes.every(({ status }) => status === "fulfilled");
}

async function drive(
  { candidate }: Entry,
  { load, plan, seconds }: { load: LoadGenerator; plan: RoundsPlan; seconds: number },
): Promise<LoadResult & RoundCost> {
  const before = await candidate.usage();
  const result = await load.drive({ port: candidate.port, connections: plan.connections, seconds });
  const spent = (await candidate.usage()).cpuMicroseconds - before.cpuMicroseconds;
  const requests = Object.values(result.responses).reduce((sum, number) => sum + number, 0);
  return { ...result, cpuMicrosecondsPerRequest: spent / requests };
}

function count({ measured }: Entry, { responses }: LoadResult): void {
  for (const [status, number] of Object.entries(responses)) {
    if (status === "200") measured.okResponses += number;
    else measured.otherResponses += number;
  }
}
