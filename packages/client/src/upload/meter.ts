/** Shorter than this, a sample says more of the buffers on the way than of the line. Milliseconds. */
const SAMPLE_MS = 250;
/** How long the past counts: a sample of this age weighs 1/e. Milliseconds. */
const MEMORY_MS = 5_000;

/** How fast bytes go, smoothed. */
export type Meter = {
  /** Bytes so far; fewer than before when something has to be sent again. */
  update(bytes: number): void;
  /** Forgets when the last sample was, so that a pause does not count as slowness. */
  rest(): void;
  /** Bytes a second; undefined until there is a first sample. */
  rate(): number | undefined;
};

export function createMeter(now: () => number): Meter {
  let rate: number | undefined;
  let sample: { at: number; bytes: number } | undefined;
  return {
    update(bytes) {
      const at = now();
      if (sample === undefined || bytes < sample.bytes) {
        sample = { at, bytes };
        return;
      }
      const elapsed = at - sample.at;
      if (elapsed < SAMPLE_MS) return;
      const measured = ((bytes - sample.bytes) * 1000) / elapsed;
      rate = rate === undefined ? measured : rate + (measured - rate) * (1 - Math.exp(-elapsed / MEMORY_MS));
      sample = { at, bytes };
    },
    rest() {
      sample = undefined;
    },
    rate: () => rate,
  };
}
