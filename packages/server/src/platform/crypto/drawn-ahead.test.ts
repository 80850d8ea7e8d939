import fc from "fast-check";
import { expect, it } from "vitest";
import { drawnAhead } from "./drawn-ahead.ts";

it("returns as many bytes as asked, and none of them twice", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 30 }), (lengths) => {
      const draws: Uint8Array[] = [];
      const draw = drawnAhead((bytes) => {
        const drawn = new Uint8Array(bytes);
        draws.push(drawn);
        return drawn;
      });
      for (const length of lengths) {
        const bytes = draw(length);
        expect(bytes).toHaveLength(length);
        expect(bytes.every((byte) => byte === 0)).toBe(true);
        bytes.fill(1);
      }
      const marked = draws.flatMap((drawn) => [...drawn]).filter((byte) => byte === 1).length;
      expect(marked).toBe(lengths.reduce((sum, length) => sum + length, 0));
    }),
    { numRuns: 50 },
  );
});
