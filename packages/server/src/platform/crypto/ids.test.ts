import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNewId, drawnAhead } from "./ids.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("new ids", () => {
  it("new ids are UUIDv7 values that increase even if the clock goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 300, maxLength: 700 }), (steps) => {
        let now = 1_700_000_000_000;
        const newId = createNewId({ clock: () => now, random: randomBytes });
        let last = "";
        let latest = 0;
        for (const step of steps) {
          now += step;
          latest = Math.max(latest, now);
          const id = newId();
          expect(id).toMatch(UUID_V7);
          expect(id > last).toBe(true);
          expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(latest);
          last = id;
        }
      }),
      { numRuns: 20 },
    );
  });

  it("two processes never create the same id in one millisecond", () => {
    const make = () => createNewId({ clock: () => 1_700_000_000_000, random: randomBytes });
    const [first, second] = [make(), make()];
    const ids = new Set(Array.from({ length: 1000 }, () => [first(), second()]).flat());
    expect(ids.size).toBe(2000);
  });
});

it("the function drawnAhead never returns the same random byte twice", () => {
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
