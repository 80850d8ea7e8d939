import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPartSigner } from "./part-signer.ts";

const url = (partNumber: number, seconds: number) =>
  `https://bucket.example/key?partNumber=${partNumber}&X-Amz-Expires=${seconds}`;

function signerOf(partNumbers: number[], { parallel = 4, seconds = 900 } = {}) {
  const signed: number[][] = [];
  const clock = { now: 0 };
  const failures: Error[] = [];
  const signer = createPartSigner({
    partNumbers,
    parallel,
    now: () => clock.now,
    async sign(batch) {
      signed.push(batch);
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      return batch.map((partNumber) => ({
        partNumber,
        method: "PUT",
        headers: {},
        expiresAt: "2026-01-01T00:00:00Z",
        url: url(partNumber, seconds),
      }));
    },
  });
  return { signer, signed, clock, failures };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("the requests of an upload for signed part URLs", () => {
  it("the client requests each part URL of an upload once, at most 100 per request", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 16 }), async (count, parallel) => {
        const { signer, signed } = signerOf(upTo(count), { parallel });
        for (const partNumber of upTo(count)) {
          expect((await signer.get(partNumber)).partNumber).toBe(partNumber);
          expect(Math.max(...signed.flat()) - partNumber).toBeLessThanOrEqual(8 * parallel);
        }
        expect(signed.flat().toSorted((a, b) => a - b)).toEqual(upTo(count));
        for (const batch of signed) expect(batch.length).toBeLessThanOrEqual(100);
      }),
      { numRuns: 30 },
    );
  });

  it("the client requests a new URL for a part shortly before the old URL expires", async () => {
    const { signer, signed, clock } = signerOf(upTo(3));
    await signer.get(1);
    clock.now = 869_000;
    await signer.get(2);
    expect(signed).toEqual([[1, 2, 3]]);
    clock.now = 871_000;
    await signer.get(3);
    expect(signed).toEqual([[1, 2, 3], [3]]);
  });

  it("the client requests a new URL for a part after it has dropped the old URL", async () => {
    const { signer, signed } = signerOf(upTo(3));
    await signer.get(1);
    signer.drop(1);
    await signer.get(1);
    expect(signed).toEqual([[1, 2, 3], [1]]);
  });

  it("after a failed request for part URLs, the next call requests the URLs again", async () => {
    const { signer, signed, failures } = signerOf(upTo(3));
    failures.push(new Error("no response"));
    const outcomes = await Promise.allSettled([signer.get(1), signer.get(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect((await signer.get(2)).partNumber).toBe(2);
    expect(signed).toHaveLength(2);
  });
});
