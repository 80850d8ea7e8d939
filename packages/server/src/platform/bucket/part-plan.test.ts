import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countParts, lengthOfPart, MAX_OBJECT_BYTES, MAX_PARTS, partSizeOfUppy, planUpload } from "./part-plan.ts";

const MIB = 2 ** 20;
const THRESHOLD = 64 * MIB;
// The limits of S3 for the parts of a multipart upload, from the documentation of S3.
const MIN_PART_BYTES = 5 * MIB;
const MAX_PART_BYTES = 5 * 2 ** 30;

const sizes = fc.oneof(
  fc.integer({ min: THRESHOLD + 1, max: 5 * 2 ** 40 }),
  fc.integer({ min: THRESHOLD + 1, max: 200 * MIB }),
  // The generated file sizes are near the size above which parts must be larger than usual.
  fc.integer({ min: 80_000 * MIB - 3, max: 80_000 * MIB + 3 }),
);

function planned(sizeBytes: number) {
  const plan = planUpload({ sizeBytes, singlePutMaxBytes: THRESHOLD });
  if (plan.strategy !== "multipart") throw new Error(`${sizeBytes} bytes were planned as ${plan.strategy}`);
  return { ...plan, sizeBytes };
}

describe("the plan of an upload", () => {
  it("the parts of a multipart upload cover the file exactly", () => {
    fc.assert(
      fc.property(sizes, (sizeBytes) => {
        const plan = planned(sizeBytes);
        const last = lengthOfPart(plan, plan.partCount);
        expect((plan.partCount - 1) * plan.partSize + last).toBe(sizeBytes);
        expect(last).toBeGreaterThan(0);
        expect(last).toBeLessThanOrEqual(plan.partSize);
        expect(countParts(plan)).toBe(plan.partCount);
      }),
      { numRuns: 1000 },
    );
  });

  it("the parts of a multipart upload have the number and sizes that S3 permits", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: MAX_PARTS }), (sizeBytes, wanted) => {
        const plan = planned(sizeBytes);
        expect(plan.partCount).toBeLessThanOrEqual(10_000);
        expect(lengthOfPart(plan, plan.partCount)).toBeLessThanOrEqual(MAX_PART_BYTES);
        const partNumber = Math.min(wanted, plan.partCount - 1);
        expect(lengthOfPart(plan, partNumber)).toBe(plan.partSize);
        expect(plan.partSize).toBeGreaterThanOrEqual(MIN_PART_BYTES);
        expect(plan.partSize).toBeLessThanOrEqual(MAX_PART_BYTES);
      }),
      { numRuns: 1000 },
    );
  });

  it("an upload whose size is exactly the multipart threshold uses one PUT", () => {
    for (const sizeBytes of [0, 1, THRESHOLD]) {
      expect(planUpload({ sizeBytes, singlePutMaxBytes: THRESHOLD })).toEqual({ strategy: "put" });
    }
    expect(planned(THRESHOLD + 1)).toMatchObject({ partSize: 8 * MIB, partCount: 9 });
  });

  it("an upload of the largest permitted object has at most 10,000 parts", () => {
    expect(planned(MAX_OBJECT_BYTES)).toMatchObject({ partSize: 525 * MIB, partCount: 9987 });
    for (const sizeBytes of [MAX_OBJECT_BYTES + 1, -1, 1.5, Number.NaN]) {
      expect(() => planUpload({ sizeBytes, singlePutMaxBytes: THRESHOLD })).toThrow(RangeError);
    }
  });

  it("the service calculates the same part size as Uppy", () => {
    fc.assert(
      fc.property(sizes, (sizeBytes) => {
        const partSize = partSizeOfUppy(sizeBytes);
        // Calculates the part size as the plugin of Uppy does: at least 5 MiB, and more if the file would otherwise have too many parts.
        let chunkSize = Math.max(Math.ceil(sizeBytes / MAX_PARTS), 5 * MIB);
        if (Math.ceil(sizeBytes / chunkSize) > MAX_PARTS) chunkSize = Math.ceil(sizeBytes / MAX_PARTS);
        expect(partSize).toBe(chunkSize);
        expect(countParts({ sizeBytes, partSize })).toBeLessThanOrEqual(MAX_PARTS);
      }),
      { numRuns: 1000 },
    );
  });
});
