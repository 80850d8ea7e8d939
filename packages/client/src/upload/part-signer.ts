import type { SignedParts } from "../wire.ts";

export type SignedPart = SignedParts["parts"][number];

type Options = {
  /** The parts that will be asked for, in that order. */
  partNumbers: readonly number[];
  /** How many are sent at once: so many are signed ahead. */
  parallel: number;
  sign: (partNumbers: number[]) => Promise<SignedPart[]>;
  now: () => number;
};

type Signed = { part: SignedPart; staleAt: number };

/** Signs parts just before they are sent, several in one request, and again what has been lying too long. */
export type PartSigner = {
  /** Rejects as `sign` does; the next call asks again. */
  get(partNumber: number): Promise<SignedPart>;
  /** The bucket did not take this signature. */
  drop(partNumber: number): void;
};

/** A signature with less than this to live is not worth starting with. Milliseconds. */
const MARGIN_MS = 30_000;
const MAX_BATCH = 100;

export function createPartSigner({ partNumbers, parallel, sign, now }: Options): PartSigner {
  const places = new Map(partNumbers.map((partNumber, place) => [partNumber, place]));
  const known = new Map<number, Promise<Signed>>();
  const batchSize = Math.min(MAX_BATCH, 4 * parallel);

  function signFrom(start: number): void {
    const batch = partNumbers.slice(start, start + batchSize).filter((partNumber) => !known.has(partNumber));
    const askedAt = now();
    const signed = sign(batch).then((parts) => new Map(parts.map((part) => [part.partNumber, part])));
    for (const partNumber of batch) {
      const one = signed.then((parts) => {
        const part = parts.get(partNumber);
        if (part === undefined) throw new TypeError(`part ${partNumber} was not signed`);
        return { part, staleAt: staleAt(part, askedAt) };
      });
      known.set(partNumber, one);
      one.catch(() => {
        if (known.get(partNumber) === one) known.delete(partNumber);
      });
    }
  }

  return {
    async get(partNumber) {
      const place = places.get(partNumber) ?? 0;
      if (!known.has(partNumber)) signFrom(place);
      let signed = await known.get(partNumber);
      if (signed === undefined || signed.staleAt < now()) {
        known.delete(partNumber);
        signFrom(place);
        signed = await known.get(partNumber);
      }
      const next = partNumbers[place + parallel];
      if (next !== undefined && !known.has(next)) signFrom(place + parallel);
      return (signed as Signed).part;
    },
    drop: (partNumber) => void known.delete(partNumber),
  };
}

/** Counted from when it was asked for, by a clock that only goes forward: this machine's wall clock may be an hour off. */
function staleAt({ url }: SignedPart, askedAt: number): number {
  const seconds = Number(new URL(url).searchParams.get("X-Amz-Expires"));
  // Without it, the bucket's own refusal tells.
  if (!(seconds > 0)) return Number.POSITIVE_INFINITY;
  return askedAt + Math.max(seconds * 500, seconds * 1000 - MARGIN_MS);
}
