import { checkUrl } from "./presign/check-url.ts";
import { createLimit } from "./presign/limit.ts";
import { type Contestant, contestantsOf, measure } from "./presign/measure.ts";
import { createSigners, getSignedUrlName, keyAt, type Signer, valetKeyName } from "./presign/signers.ts";
import { readFlags } from "./rig/read-flags.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";

type Measured = Contestant & { urlsPerSecond: number[] };

const TIMES_GET_SIGNED_URL = 100;
const TIMES_FASTEST_PEER = 10;
const URLS_CHECKED = 8;

/**
 * Measures how many GET URLs each signer presigns in one second of CPU time of one thread. The signers take turns.
 *
 * Flags: --rounds 9, --milliseconds 200 (for each turn). Returns whether all goals were met.
 */
export async function runPresign(args: readonly string[]): Promise<boolean> {
  const values = readFlags(args, { rounds: "9", milliseconds: "200" });
  const plan = { rounds: Number(values.rounds), milliseconds: Number(values.milliseconds) };
  const signers = createSigners();
  for (const signer of signers) await checkSigner(signer);
  console.log(
    `presign: GET URLs a second of one thread, medians of ${plan.rounds} interleaved rounds, ${plan.milliseconds} ms each, Node ${process.versions.node}`,
  );
  const measured = await measureRounds([...signers, createLimit()].flatMap(contestantsOf), plan);
  printTable(measured);
  return reportGoals(measured);
}

async function checkSigner(signer: Signer): Promise<void> {
  for (let index = 0; index < URLS_CHECKED; index++) {
    const url = await signer.sign(index);
    try {
      checkUrl(url, keyAt(index));
    } catch (cause) {
      throw new Error(`${signer.name} made a URL that is not equivalent: ${url}`, { cause });
    }
  }
}

async function measureRounds(
  contestants: readonly Contestant[],
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<Measured[]> {
  const measured = contestants.map((contestant): Measured => ({ ...contestant, urlsPerSecond: [] }));
  for (const each of measured) await measure(each, milliseconds);
  for (let round = 0; round < rounds; round++) {
    for (const each of measured) each.urlsPerSecond.push(await measure(each, milliseconds));
  }
  return measured;
}

function printTable(measured: readonly Measured[]): void {
  const base = find(measured, getSignedUrlName);
  const limit = measured.at(-1) as Measured;
  const rows = measured.map(({ name, urlsPerSecond }) => [
    name,
    formatCount(median(urlsPerSecond)),
    `${medianRatio(urlsPerSecond, base.urlsPerSecond).toFixed(1)}x`,
    `${(100 * medianRatio(urlsPerSecond, limit.urlsPerSecond)).toFixed(1)} %`,
  ]);
  console.log(formatTable(["", "URLs/s", "getSignedUrl", "of the limit"], rows));
  console.log("limit: only the three native SHA-256 calls of one signature, on inputs of the same sizes");
}

function reportGoals(measured: readonly Measured[]): boolean {
  const ours = find(measured, valetKeyName);
  const peers = measured.filter(({ signer }) => signer.isPeer);
  const fastest = peers.reduce((a, b) => (median(b.urlsPerSecond) > median(a.urlsPerSecond) ? b : a));
  const goals = [
    {
      peer: find(measured, getSignedUrlName),
      text: "times getSignedUrl, both one call at a time",
      atLeast: TIMES_GET_SIGNED_URL,
    },
    { peer: fastest, text: `times the fastest peer, ${fastest.name}`, atLeast: TIMES_FASTEST_PEER },
  ];
  return goals
    .map(({ peer, text, atLeast }) =>
      reportGoal({ text, atLeast, value: medianRatio(ours.urlsPerSecond, peer.urlsPerSecond), unit: "x" }),
    )
    .every(Boolean);
}

function find(measured: readonly Measured[], wanted: string): Measured {
  const found = measured.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`There is no signer ${wanted}`);
  return found;
}
