import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSpeedMeter } from "./progress.ts";

describe("the rate of an upload", () => {
  it("the rate of an upload equals the speed of a steady connection", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 10, maxLength: 200 }),
        (bytesPerMs, steps) => {
          let now = 0;
          const meter = createSpeedMeter(() => now);
          meter.update(0);
          for (const step of steps) {
            now += step;
            meter.update(now * bytesPerMs);
          }
          const rate = meter.rate();
          if (now >= 5000) expect(rate).toBeCloseTo(bytesPerMs * 1000, -1);
        },
      ),
    );
  });

  it("the rate of an upload is never negative, even if the client sends bytes again", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ step: fc.nat(2000), bytes: fc.nat(1e9) }), { maxLength: 100 }), (samples) => {
        let now = 0;
        const meter = createSpeedMeter(() => now);
        for (const { step, bytes } of samples) {
          now += step;
          meter.update(bytes);
          const rate = meter.rate() ?? 0;
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(1e9 * 4);
        }
      }),
    );
  });

  it("the rate of an upload ignores a pause", () => {
    let now = 0;
    const meter = createSpeedMeter(() => now);
    meter.update(0);
    now = 1000;
    meter.update(1000);
    meter.rest();
    now = 1_000_000;
    meter.update(1000);
    now = 1_001_000;
    meter.update(2000);
    expect(meter.rate()).toBeCloseTo(1000);
  });
});
