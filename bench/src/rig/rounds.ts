import { type Candidate, startCandidate, type Usage } from "./candidate.ts";
import type { LoadGenerator, LoadResult } from "./load.ts";
import type { Staged } from "./stage.ts";

/** What the server's own process spent on each request of a round, all its threads together. */
export type RoundCost = { cpuMicrosecondsPerRequest: number };

export type Measured = {
  name: string;
  rounds: (LoadResult & RoundCost)[];
  /** After its last round. */
  usage: Usage;
  /** 200 answers since it started, those of verification and warm-up too. */
  okAnswers: number;
  /** Answers of any other status while under load: must be 0. */
  otherAnswers: number;
};

export type RoundsPlan = {
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** Checks that a started server does the work; answers how many 200 answers that took. */
  verify(candidate: Candidate): Promise<number>;
};

type Entry = { candidate: Candidate; measured: Measured };

/** All servers run the whole time, idle but for their own turns; each round gives every one a turn, so that drift hits all alike. */
export async function measureRounds(
  staged: readonly Staged[],
  { load, plan }: { load: LoadGenerator; plan: RoundsPlan },
): Promise<Measured[]> {
  const entries: Entry[] = [];
  let endedCleanly = false;
  try {
    for (const { spec } of staged) entries.push(begin(await startCandidate(spec)));
    for (const { candidate, measured } of entries) measured.okAnswers += await plan.verify(candidate);
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

function begin(candidate: Candidate): Entry {
  const usage = { rssBytes: Number.NaN, peakRssBytes: Number.NaN, cpuMicroseconds: Number.NaN };
  return { candidate, measured: { name: candidate.name, rounds: [], usage, okAnswers: 0, otherAnswers: 0 } };
}

/** A graceful stop: what an audit log holds afterwards is what its service wrote by itself. */
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
  const requests = Object.values(result.answers).reduce((sum, number) => sum + number, 0);
  return { ...result, cpuMicrosecondsPerRequest: spent / requests };
}

function count({ measured }: Entry, { answers }: LoadResult): void {
  for (const [status, number] of Object.entries(answers)) {
    if (status === "200") measured.okAnswers += number;
    else measured.otherAnswers += number;
  }
}
