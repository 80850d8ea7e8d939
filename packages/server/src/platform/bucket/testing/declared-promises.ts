import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const TABLE = resolve(import.meta.dirname, "../../../../../../docs/providers.md");
const ROW = /^\| `([a-z0-9-]+)` +\|(.+)\|$/;

/**
 * Reads the promises of a provider from docs/providers.md. The keys of the result are the first words of the rows. The table of profiles
 * has no row for a promise that all profiles keep. Throws if the page has no column for the provider, or if a cell is neither yes nor no.
 */
export function declaredPromises(provider: string): Map<string, boolean> {
  const declared = new Map<string, boolean>();
  const names: string[] = [];
  let column = -1;
  for (const line of readFileSync(TABLE, "utf8").split("\n")) {
    if (line.startsWith("| promise ")) column = cellsOf(line).indexOf(provider);
    const name = ROW.exec(line)?.[1];
    if (name !== undefined) names.push(name);
    if (name === undefined || column < 0) continue;
    const cell = cellsOf(line)[column];
    if (cell !== "yes" && cell !== "no") throw new Error(`docs/providers.md: ${name}, ${provider} is "${cell}"`);
    declared.set(name, cell === "yes");
  }
  if (declared.size === 0) throw new Error(`docs/providers.md has no column "${provider}"`);
  return new Map(names.map((name) => [name, declared.get(name) ?? true]));
}

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}
