import type { Measured } from "./measure-rounds.ts";
import { median, medianRatio } from "./statistics.ts";

/** The requests a second of each round. */
export function throughputs({ rounds }: Measured): number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

export function throughput(measured: Measured): number {
  return median(throughputs(measured));
}

/** The throughput as a multiple of another throughput, as the median of the rounds. */
export function throughputRatio(measured: Measured, base: Measured): number {
  return medianRatio(throughputs(measured), throughputs(base));
}
