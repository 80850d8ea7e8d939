import { parseArgs } from "node:util";
import { checkUrl } from "./presign/check-url.ts";
import { createLimit } from "./presign/limit.ts";
import { measure } from "./presign/measure.ts";
import { createSigners, getSignedUrlName, keyAt, type Signer, valetKeyName } from "./presign/signers.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";

type Measured = { signer: Signer; urlsPerSecond: number[] };

const TIMES_GET_SIGNED_URL = 100;
const TIMES_FASTEST_PEER = 10;

/**
 * Presigned GET URLs a second on one core, the signers in turns.
 * Flags: --rounds 9, --milliseconds 200 (a signer's turn). Answers whether the goals were met.
 */
export async function runPresign(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "9" }, milliseconds: { type: "string", default: "200" } },
  });
  const [rounds, milliseconds] = [Number(values.rounds), Number(values.milliseconds)];
  const signers = createSigners();
  for (const signer of signers) await checkSigner(signer);
  console.log(
    `presign: GET URLs a second, ${rounds} interleaved rounds of ${milliseconds} ms each, medians, Node ${process.versions.node}`,
  );
  const limit: Measured = { signer: createLimit(), urlsPerSecond: [] };
  const measured = signers.map((signer): Measured => ({ signer, urlsPerSecond: [] }));
  await measureRounds([...measured, limit], { rounds, milliseconds });
  printTable(measured, limit);
  return reportGoals(measured);
}

async function checkSigner(signer: Signer): Promise<void> {
  for (let index = 0; index < 8; index++) {
    const url = await signer.sign(index);
    try {
      checkUrl(url, keyAt(index));
    } catch (cause) {
      throw new Error(`${signer.name} made a URL that is not equivalent: ${url}`, { cause });
    }
  }
}

async function measureRounds(
  all: readonly Measured[],
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<void> {
  for (const { signer } of all) await measure(signer, milliseconds);
  for (let round = 0; round < rounds; round++) {
    for (const { signer, urlsPerSecond } of all) urlsPerSecond.push(await measure(signer, milliseconds));
  }
}

function printTable(measured: readonly Measured[], limit: Measured): void {
  const base = find(measured, getSignedUrlName);
  const rows = [...measured, limit].map(({ signer, urlsPerSecond }) => [
    signer.name,
    formatCount(median(urlsPerSecond)),
    `${medianRatio(urlsPerSecond, base.urlsPerSecond).toFixed(1)}x`,
    `${(100 * medianRatio(urlsPerSecond, limit.urlsPerSecond)).toFixed(1)} %`,
  ]);
  console.log(formatTable(["", "URLs/s", "getSignedUrl", "of the limit"], rows));
  console.log(
    "limit: the bare cost of the three native SHA-256 calls that one signature needs, on inputs of the same sizes",
  );
}

function reportGoals(measured: readonly Measured[]): boolean {
  const ours = find(measured, valetKeyName);
  const peers = measured.filter(({ signer }) => !signer.name.startsWith("Valet Key"));
  const fastest = peers.reduce((a, b) => (median(b.urlsPerSecond) > median(a.urlsPerSecond) ? b : a));
  const goals = [
    { peer: find(measured, getSignedUrlName), text: "times getSignedUrl", atLeast: TIMES_GET_SIGNED_URL },
    { peer: fastest, text: `times the fastest peer, ${fastest.signer.name}`, atLeast: TIMES_FASTEST_PEER },
  ];
  return goals
    .map(({ peer, text, atLeast }) =>
      reportGoal({ text, atLeast, value: medianRatio(ours.urlsPerSecond, peer.urlsPerSecond), unit: "x" }),
    )
    .every(Boolean);
}

function find(measured: readonly Measured[], name: string): Measured {
  const found = measured.find(({ signer }) => signer.name === name);
  if (found === undefined) throw new Error(`No signer is called ${name}`);
  return found;
}
