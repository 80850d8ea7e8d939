/** The minimum length of a sample. A shorter sample would measure buffers instead of the connection. Milliseconds. */
const SAMPLE_MS = 250;
/** How slowly the meter forgets: a sample of this age has the weight 1/e. Milliseconds. */
const MEMORY_MS = 5_000;

export type SpeedMeter = {
  /** Records the number of bytes sent so far. The number decreases when the client must send bytes again. */
  update(bytes: number): void;
  /** Forgets the last sample, so that a pause does not lower the rate. */
  rest(): void;
  /** Returns the bytes per second. Undefined before the end of the first sample. */
  rate(): number | undefined;
};

export function createSpeedMeter(now: () => number): SpeedMeter {
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
