import { deepEqual, equal, ok } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
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

type Measured = Contestant & { urlsPerSecond: number[] };

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
  const measured = await measureRounds(signers.flatMap(contestantsOf), plan);
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
  const limit = find(measured, limitName);
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
  const found = measured.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`There is no signer ${wanted}`);
  return found;
}

/** A signer that runs `inFlight` calls in parallel. The next `inFlight` calls start when all previous calls have returned. */
type Contestant = { name: string; signer: Signer; inFlight: number };

const CALLS_BETWEEN_CLOCK_READS = 64;
const MANY_IN_FLIGHT = 16;

/**
 * An asynchronous signer runs twice: with one call at a time, and with parallel calls, as on a busy server. A synchronous signer runs once.
 */
function contestantsOf(signer: Signer): Contestant[] {
  const { name } = signer;
  if (signer.kind === "sync") return [{ name, signer, inFlight: 1 }];
  return [
    { name, signer, inFlight: 1 },
    { name: `${name}, ${MANY_IN_FLIGHT} in flight`, signer, inFlight: MANY_IN_FLIGHT },
  ];
}

/**
 * Measures the speed of a signer, in URLs for each second of CPU time of the calling thread.
 *
 * A wall clock would also count the time of other processes. The CPU time of other threads, such as garbage collection and WebCrypto, is
 * not measured.
 */
export async function measure({ signer, inFlight }: Contestant, milliseconds: number): Promise<number> {
  const start = performance.now();
  const before = process.threadCpuUsage();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    if (signer.kind === "sync") signSome(signer, count);
    else if (inFlight === 1) await awaitSome(signer, count);
    else await awaitTogether(signer, { from: count, inFlight });
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

async function awaitTogether(
  signer: Signer & { kind: "async" },
  { from, inFlight }: { from: number; inFlight: number },
): Promise<void> {
  for (let i = 0; i < CALLS_BETWEEN_CLOCK_READS; i += inFlight) {
    const urls = await Promise.all(Array.from({ length: inFlight }, (_, n) => signer.sign(from + i + n)));
    urls.forEach(use);
  }
}

let used = 0;

/**
 * Reads a character of each URL, so that V8 joins the parts of the string. V8 may store a concatenated string as separate parts until code
 * reads a character.
 */
function use(url: string): void {
  used = (used + url.charCodeAt(url.length - 1)) | 0;
}

const MAX_AGE_SECONDS = 30;

/**
 * Throws unless the URL has a valid signature for a GET of the object with the expected expiry.
 *
 * The check computes the signature with separate, simple code, so no signer checks its own URLs.
 */
function checkUrl(url: string, key: string): void {
  const { host, pathname, searchParams, search } = new URL(url);
  const inHost = host.startsWith(`${inputs.bucket}.`);
  equal(inHost ? host.slice(inputs.bucket.length + 1) : host, new URL(inputs.endpoint).host);
  equal(decodeURIComponent(pathname), inHost ? `/${key}` : `/${inputs.bucket}/${key}`);
  equal(searchParams.get("X-Amz-Algorithm"), "AWS4-HMAC-SHA256");
  equal(searchParams.get("X-Amz-Expires"), String(inputs.expiresInSeconds));
  equal(searchParams.get("X-Amz-SignedHeaders"), "host");
  const amzDate = searchParams.get("X-Amz-Date") ?? "";
  ok(ageSeconds(amzDate) < MAX_AGE_SECONDS, `X-Amz-Date is ${amzDate}`);
  const scope = [amzDate.slice(0, 8), inputs.region, "s3", "aws4_request"];
  deepEqual(searchParams.get("X-Amz-Credential")?.split("/"), [inputs.accessKeyId, ...scope]);
  const parameters = search
    .slice(1)
    .split("&")
    .filter((parameter) => !parameter.startsWith("X-Amz-Signature="));
  const request = ["GET", pathname, parameters.sort().join("&"), `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join(
    "\n",
  );
  const stringToSign = [
    "AWS4-HMAC-SHA256",
    amzDate,
    scope.join("/"),
    createHash("sha256").update(request).digest("hex"),
  ].join("\n");
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${inputs.secretAccessKey}`);
  equal(searchParams.get("X-Amz-Signature"), hmac(signingKey, stringToSign).toString("hex"));
}

function ageSeconds(amzDate: string): number {
  const iso = amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return Math.abs(Date.now() - Date.parse(iso)) / 1000;
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
