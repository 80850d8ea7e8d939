import { equal, ok } from "node:assert/strict";
import { createVerifier } from "@valetkey/presign";
import {
  createSigners,
  encodedName,
  getSignedUrlName,
  inputs,
  keyAt,
  limitName,
  type Signer,
  valetKeyName,
} from "./presign/signers.ts";
import { formatCount, formatTable, median, medianRatio, readFlags, reportGoal } from "./rig/report.ts";

type Measured = { signer: Signer; urlsPerSecond: number[] };

const OF_HASHES = 0.6;
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
  for (const signer of signers) if (signer.name !== limitName) await checkSigner(signer);
  console.log(
    `presign: GET URLs a second of one thread, medians of ${plan.rounds} interleaved rounds, ${plan.milliseconds} ms each, Node ${process.versions.node}`,
  );
  const measured = await measureRounds(signers, plan);
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
  signers: readonly Signer[],
  { rounds, milliseconds }: { rounds: number; milliseconds: number },
): Promise<Measured[]> {
  const measured = signers.map((signer): Measured => ({ signer, urlsPerSecond: [] }));
  for (const signer of signers) await measure(signer, milliseconds);
  for (let round = 0; round < rounds; round++) {
    for (const each of measured) each.urlsPerSecond.push(await measure(each.signer, milliseconds));
  }
  return measured;
}

function printTable(measured: readonly Measured[]): void {
  const base = find(measured, getSignedUrlName);
  const limit = find(measured, limitName);
  const rows = measured.map(({ signer, urlsPerSecond }) => [
    signer.name,
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
      text: "times getSignedUrl",
      atLeast: TIMES_GET_SIGNED_URL,
    },
    { peer: fastest, text: `times the fastest peer, ${fastest.signer.name}`, atLeast: TIMES_FASTEST_PEER },
  ];
  // The service caches the encoded key of each object.
  const encoded = find(measured, encodedName);
  const ofHashes = medianRatio(encoded.urlsPerSecond, find(measured, limitName).urlsPerSecond);
  return [
    reportGoal({ text: "an encoded key, of the three hashes alone", ratio: ofHashes, atLeast: OF_HASHES }),
    ...goals.map(({ peer, text, atLeast }) =>
      reportGoal({ text, atLeast, ratio: medianRatio(ours.urlsPerSecond, peer.urlsPerSecond) }),
    ),
  ].every(Boolean);
}

function find(measured: readonly Measured[], wanted: string): Measured {
  const found = measured.find(({ signer }) => signer.name === wanted);
  if (found === undefined) throw new Error(`There is no signer ${wanted}`);
  return found;
}

const CALLS_BETWEEN_CLOCK_READS = 64;

/**
 * Measures the speed of a signer, in URLs for each second of CPU time of the calling thread.
 *
 * A wall clock would also count the time of other processes. The CPU time of other threads, such as garbage collection and WebCrypto, is
 * not measured.
 */
export async function measure(signer: Signer, milliseconds: number): Promise<number> {
  const start = performance.now();
  const before = process.threadCpuUsage();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    if (signer.kind === "sync") signSome(signer, count);
    else await awaitSome(signer, count);
    count += CALLS_BETWEEN_CLOCK_READS;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (count * 1_000_000) / (user + system);
}

function signSome(signer: Signer & { kind: "sync" }, from: number): void {
  for (let i = 0; i < CALLS_BETWEEN_CLOCK_READS; i++) use(signer.sign(from + i));
}

async function awaitSome(signer: Signer & { kind: "async" }, from: number): Promise<void> {
  for (let i = 0; i < CALLS_BETWEEN_CLOCK_READS; i++) use(await signer.sign(from + i));
}

let used = 0;

/**
 * Reads a character of each URL, so that V8 joins the parts of the string. V8 may store a concatenated string as separate parts until code
 * reads a character.
 */
function use(url: string): void {
  used = (used + url.charCodeAt(url.length - 1)) | 0;
}

const { region, accessKeyId, secretAccessKey } = inputs;
const verify = createVerifier({
  region,
  findCredentials: (id) => (id === accessKeyId ? { secretAccessKey } : undefined),
});

/**
 * Throws unless the URL has a valid signature for a GET of the object with the expected expiry. The verifier accepts the URLs of all
 * signers, so no signer checks only its own URLs.
 */
function checkUrl(url: string, key: string): void {
  const { host, pathname, search, searchParams } = new URL(url);
  equal(decodeURIComponent(pathname), host.startsWith(`${inputs.bucket}.`) ? `/${key}` : `/${inputs.bucket}/${key}`);
  equal(searchParams.get("X-Amz-Expires"), String(inputs.expiresInSeconds));
  const verified = verify({ method: "GET", target: pathname + search, rawHeaders: ["host", host] }, Date.now());
  ok(verified.ok, `The verifier refused ${url}`);
}
