import type { Signer } from "./signers.ts";

/** A signer with `inFlight` concurrent calls. The next calls start when all these calls have returned. */
export type Contestant = { name: string; signer: Signer; inFlight: number };

const CALLS_BETWEEN_CLOCK_READS = 64;
const MANY_IN_FLIGHT = 16;

/** An asynchronous signer runs twice: with one call at a time, and with concurrent calls, as on a busy server. Other signers run once. */
export function contestantsOf(signer: Signer): Contestant[] {
  const { name } = signer;
  if (signer.kind === "sync") return [{ name, signer, inFlight: 1 }];
  return [
    { name, signer, inFlight: 1 },
    { name: `${name}, ${MANY_IN_FLIGHT} in flight`, signer, inFlight: MANY_IN_FLIGHT },
  ];
}

/**
 * Measures the speed of a signer in URLs for each second of CPU time of this thread.
 *
 * A wall clock would also count the time of other processes. The work of other threads (garbage collection, WebCrypto) does not count.
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

/** Reads a character, so that V8 joins the parts of the string. Before this read, V8 may store a concatenated string as separate parts. */
function use(url: string): void {
  used = (used + url.charCodeAt(url.length - 1)) | 0;
}
