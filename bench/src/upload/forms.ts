import { type Candidate, type CandidateSpec, startCandidate } from "../rig/candidate.ts";
import { median, medianRatio } from "../rig/statistics.ts";
import { formatCount, formatTable, reportResult } from "../rig/table.ts";
import { postForms } from "./post-forms.ts";
import { stallForms } from "./stall-forms.ts";

const MIB = 2 ** 20;
const PARALLEL = { files: 20, fileBytes: 50 * MIB, goalBytes: 110 * MIB };
const STALLED = { files: 60, fileBytes: 8 * MIB, goalBytes: 110 * MIB };

/** `specs` are the servers, in the order of their turns. The goals apply only to the last server. */
type Plan = { specs: readonly CandidateSpec[]; token: string; noteId: string; rounds: number };
type Turn = { parallelBytes: number; seconds: number; stalledBytes: number };

/**
 * Measures the memory of each server while it receives many form uploads at the same time, and while it waits for stalled forms.
 * The servers take turns in each round. Returns whether the goals were met.
 */
export async function measureForms({ specs, token, noteId, rounds }: Plan): Promise<boolean> {
  const turns = new Map<string, Turn[]>(specs.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const spec of specs) turns.get(spec.name)?.push(await takeTurn(spec, { token, noteId }));
  }
  return report(turns, rounds);
}

type Target = { token: string; noteId: string };

async function takeTurn(spec: CandidateSpec, target: Target): Promise<Turn> {
  let seconds = 0;
  const parallelBytes = await growth(spec, target, async (form) => {
    const startedAt = performance.now();
    await postForms({ ...form, ...PARALLEL });
    seconds = (performance.now() - startedAt) / 1000;
  });
  const stalledBytes = await growth(spec, target, (form) => stallForms({ ...form, ...STALLED }));
  return { parallelBytes, seconds, stalledBytes };
}

type Form = { port: number; path: string; token: string };

/** Starts a server only for this work, because the peak RSS of a process never falls. Returns by how many bytes its RSS grew. */
async function growth(
  spec: CandidateSpec,
  { token, noteId }: Target,
  work: (form: Form) => Promise<void>,
): Promise<number> {
  const candidate: Candidate = await startCandidate(spec);
  const form = { port: candidate.port, path: `/notes/${noteId}/attachments`, token };
  try {
    // The first form makes the server load its code, so that the measurement does not include that memory.
    await postForms({ ...form, files: 1, fileBytes: MIB });
    const before = await candidate.usage();
    await work(form);
    const { peakRssBytes } = await candidate.usage();
    return peakRssBytes - before.rssBytes;
  } finally {
    await candidate.stop();
  }
}

function report(turns: ReadonlyMap<string, readonly Turn[]>, rounds: number): boolean {
  const describe = ({ files, fileBytes }: typeof PARALLEL) => `${files} of ${fileBytes / MIB} MiB`;
  console.log(`\nforms: ${describe(PARALLEL)} at once, and ${describe(STALLED)} that stall, ${rounds} rounds`);
  const all = [...turns.values()];
  const ofLast = all.at(-1) ?? [];
  const seconds = (list: readonly Turn[]) => list.map((turn) => turn.seconds);
  const rows = [...turns].map(([name, list]) => [
    name,
    mib(list.map(({ parallelBytes }) => parallelBytes)),
    median(seconds(list)).toFixed(1),
    medianRatio(seconds(list), seconds(ofLast)).toFixed(2),
    mib(list.map(({ stalledBytes }) => stalledBytes)),
  ]);
  const header = ["", "parallel: RSS grows, MiB", "seconds", "x seconds of the last", "stalled: RSS grows, MiB"];
  console.log(formatTable(header, rows));
  const goals = [
    {
      text: describe(PARALLEL),
      goalBytes: PARALLEL.goalBytes,
      bytes: median(ofLast.map(({ parallelBytes }) => parallelBytes)),
    },
    {
      text: `${describe(STALLED)}, stalled`,
      goalBytes: STALLED.goalBytes,
      bytes: median(ofLast.map(({ stalledBytes }) => stalledBytes)),
    },
  ];
  const met = goals.map(({ text, goalBytes, bytes }) =>
    reportResult(
      bytes < goalBytes,
      `RSS growth for ${text}: ${formatCount(bytes / MIB)} MiB (goal: less than ${goalBytes / MIB} MiB)`,
    ),
  );
  return met.every(Boolean);
}

/** Formats the median in MiB, with the smallest and the largest value in brackets. */
function mib(bytes: readonly number[]): string {
  const format = (value: number) => formatCount(value / MIB);
  return `${format(median(bytes))} (${format(Math.min(...bytes))} to ${format(Math.max(...bytes))})`;
}
