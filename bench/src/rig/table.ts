/** Formats a table as plain text. The first column is left-aligned, and the others are right-aligned. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Formats 16543.2 as 16,543. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function reportGoal(goal: { text: string; value: number; atLeast: number; unit: string }): boolean {
  const { text, value, atLeast, unit } = goal;
  const format = (number: number) =>
    (number >= 1000 ? formatCount(number) : number.toFixed(unit === "%" ? 0 : 1)) + unit;
  return reportResult(value >= atLeast, `${text}: ${format(value)} (goal: at least ${format(atLeast)})`);
}

/** Prints whether a goal was met. Returns `met`. */
export function reportResult(met: boolean, text: string): boolean {
  console.log(`${met ? "PASS         " : "SHORT OF GOAL"}  ${text}`);
  return met;
}
