import type { SignedParts } from "../wire.ts";

export type SignedPart = SignedParts["parts"][number];

type Options = {
  /** The parts to sign, in the order of sending. */
  partNumbers: readonly number[];
  /** The number of parts that the client sends at the same time. It signs the same number of parts in advance. */
  parallel: number;
  sign: (partNumbers: number[]) => Promise<SignedPart[]>;
  now: () => number;
};

type Signed = { part: SignedPart; staleAt: number };

/** Signs parts just before the client sends them, several in one request. Signs a part again if its signature is stale. */
export type PartSigner = {
  /** Rejects when `sign` rejects. The next call signs again. */
  get(partNumber: number): Promise<SignedPart>;
  /** Drops a signature that the bucket refused. */
  drop(partNumber: number): void;
};

/** A signature that expires within this time counts as stale. Milliseconds. */
const MARGIN_MS = 30_000;
const MAX_BATCH = 100;

export function createPartSigner({ partNumbers, parallel, sign, now }: Options): PartSigner {
  const indexes = new Map(partNumbers.map((partNumber, index) => [partNumber, index]));
  const known = new Map<number, Promise<Signed>>();
  const batchSize = Math.min(MAX_BATCH, 4 * parallel);

  function signFrom(start: number): void {
    const batch = partNumbers.slice(start, start + batchSize).filter((partNumber) => !known.has(partNumber));
    const requestedAt = now();
    const signed = sign(batch).then((parts) => new Map(parts.map((part) => [part.partNumber, part])));
    for (const partNumber of batch) {
      const one = signed.then((parts) => {
        const part = parts.get(partNumber);
        if (part === undefined) throw new TypeError(`The service did not sign part ${partNumber}`);
        return { part, staleAt: staleAt(part, requestedAt) };
      });
      known.set(partNumber, one);
      one.catch(() => {
        if (known.get(partNumber) === one) known.delete(partNumber);
      });
    }
  }

  return {
    async get(partNumber) {
      const index = indexes.get(partNumber) ?? 0;
      if (!known.has(partNumber)) signFrom(index);
      let signed = await known.get(partNumber);
      if (signed === undefined || signed.staleAt < now()) {
        known.delete(partNumber);
        signFrom(index);
        signed = await known.get(partNumber);
      }
      const next = partNumbers[index + parallel];
      if (next !== undefined && !known.has(next)) signFrom(index + parallel);
      return (signed as Signed).part;
    },
    drop: (partNumber) => void known.delete(partNumber),
  };
}

/** Counts from the request on a monotonic clock, because the wall clock may be wrong by an hour. */
function staleAt({ url }: SignedPart, requestedAt: number): number {
  const seconds = Number(new URL(url).searchParams.get("X-Amz-Expires"));
  // The URL contains no expiry. When the signature is stale, the bucket refuses the part.
  if (!(seconds > 0)) return Number.POSITIVE_INFINITY;
  return requestedAt + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS);
}
