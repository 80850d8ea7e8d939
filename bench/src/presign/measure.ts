import type { Signer } from "./signers.ts";

/** Asynchronous signers get this many calls in flight, so that none is held back by waiting for its own promises. */
const IN_FLIGHT = 16;
const CALLS_BETWEEN_CLOCK_READS = 64;

/** How fast the signer is, in URLs a second over the given time. */
export async function measure(signer: Signer, milliseconds: number): Promise<number> {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    count += signer.kind === "sync" ? signSome(signer, count) : await signInFlight(signer, count);
    elapsed = performance.now() - start;
  }
  return (count * 1000) / elapsed;
}

function signSome(signer: Signer & { kind: "sync" }, from: number): number {
  for (let i = 0; i < CALLS_BETWEEN_CLOCK_READS; i++) use(signer.sign(from + i));
  return CALLS_BETWEEN_CLOCK_READS;
}

async function signInFlight(signer: Signer & { kind: "async" }, from: number): Promise<number> {
  for (let i = 0; i < CALLS_BETWEEN_CLOCK_READS; i += IN_FLIGHT) {
    const urls = await Promise.all(Array.from({ length: IN_FLIGHT }, (_, n) => signer.sign(from + i + n)));
    urls.forEach(use);
  }
  return CALLS_BETWEEN_CLOCK_READS;
}

let used = 0;

/** Reading a character makes V8 build the text, which signers leave as a chain of pieces until then. */
function use(url: string): void {
  used = (used + url.charCodeAt(url.length - 1)) | 0;
}
