import type { Measured } from "./measure-rounds.ts";
import { median, medianRatio } from "./statistics.ts";

/** Returns the requests per second of each round. */
export function throughputs({ rounds }: Measured): number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

export function throughput(measured: Measured): number {
  return median(throughputs(measured));
}

/** Divides the throughput by the throughput of `base` in each round. Returns the median of these ratios. */
export function throughputRatio(measured: Measured, base: Measured): number {
  return medianRatio(throughputs(measured), throughputs(base));
}
