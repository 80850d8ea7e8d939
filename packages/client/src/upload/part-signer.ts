import type { SignedParts } from "../wire.ts";

export type SignedPart = SignedParts["parts"][number];

type Options = {
  partNumbers: readonly number[];
  /** The number of parts that the client sends in parallel. The signer requests signatures for at least this number of parts ahead. */
  parallel: number;
  sign: (partNumbers: number[]) => Promise<SignedPart[]>;
  now: () => number;
};

type Signed = { part: SignedPart; staleAt: number };

/** Requests the signatures of several parts with one request, shortly before the client sends these parts. Replaces stale signatures. */
export type PartSigner = {
  /** Returns a signed part. Rejects if the request for the signature fails. The next call then requests the signature again. */
  get(partNumber: number): Promise<SignedPart>;
  /** Discards the signature of a part, because the bucket refused it. */
  drop(partNumber: number): void;
};

/** A signature is stale 30 seconds before its expiry, and the client no longer uses it. */
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

/**
 * Returns the instant at which a signature becomes stale, on the monotonic clock of `requestedAt`. The wall clock may be wrong by an hour.
 */
function staleAt({ url }: SignedPart, requestedAt: number): number {
  const seconds = Number(new URL(url).searchParams.get("X-Amz-Expires"));
  // A signature without an expiry in its URL is used until the bucket refuses it.
  if (!(seconds > 0)) return Number.POSITIVE_INFINITY;
  return requestedAt + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS);
}
