import type { Signer } from "./signers.ts";

/** A signer and how it is called: `inFlight` calls at a time, the next ones when all of them have answered. */
export type Contestant = { name: string; signer: Signer; inFlight: number };

const CALLS_BETWEEN_CLOCK_READS = 64;
const MANY_IN_FLIGHT = 16;

/** Asynchronous signers take part twice: called one at a time, as the others, and with calls in flight, as in a busy server. */
export function contestantsOf(signer: Signer): Contestant[] {
  const { name } = signer;
  if (signer.kind === "sync") return [{ name, signer, inFlight: 1 }];
  return [
    { name, signer, inFlight: 1 },
    { name: `${name}, ${MANY_IN_FLIGHT} in flight`, signer, inFlight: MANY_IN_FLIGHT },
  ];
}

/**
 * How fast the signer is over the given time, in URLs for each second of CPU time of this thread.
 *
 * Not of the wall clock, which also counts what other processes take. Work on other threads (garbage collection, WebCrypto) is
 * not held against any signer.
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

/** Reading a character makes V8 build the text, which signers leave as a chain of pieces until then. */
function use(url: string): void {
  used = (used + url.charCodeAt(url.length - 1)) | 0;
}
