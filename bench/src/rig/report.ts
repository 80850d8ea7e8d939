import { parseArgs } from "node:util";

/** Returns the median of the values. For an even number of values, the median is the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Divides `values` by `base` in each round, and returns the median of the ratios.
 *
 * A slow phase of the machine affects both values of a round, and changes their ratio only a little.
 */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

/** Formats a table as plain text. The first column is left-aligned, and all other columns are right-aligned. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

/** Formats a number such as 16543.2 as 16,543. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/**
 * A limit for the ratio of two figures of the same run. No goal is an absolute figure, because absolute figures differ between machines.
 */
type Goal = { text: string; ratio: number } & ({ atLeast: number } | { below: number });

/** Prints the ratio, the goal, and whether the goal was met. Returns whether the goal was met. */
export function reportGoal(goal: Goal): boolean {
  const isMet = "atLeast" in goal ? goal.ratio >= goal.atLeast : goal.ratio < goal.below;
  const wanted = "atLeast" in goal ? `at least ${goal.atLeast}` : `below ${goal.below}`;
  console.log(`${isMet ? "PASS         " : "SHORT OF GOAL"}  ${goal.text}: ${goal.ratio.toFixed(2)} (goal: ${wanted})`);
  return isMet;
}

/** Reads command-line flags such as `--rounds 5`. Throws for an unknown flag. */
export function readFlags<Name extends string>(args: readonly string[], defaults: Record<Name, string>) {
  const options: Record<string, { type: "string"; default: string }> = {};
  for (const [name, value] of Object.entries<string>(defaults)) options[name] = { type: "string", default: value };
  return parseArgs({ args: [...args], options }).values as Record<Name, string>;
}
