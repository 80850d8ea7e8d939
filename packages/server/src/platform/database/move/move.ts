import { DomainError } from "../../errors.ts";
import type { EngineName } from "../engine.ts";
import { migrationsFor } from "../migrations/index.ts";
import { RowSum, wholeLines } from "./copy-text.ts";
import { type MovedTable, requireSameTables, type Side, type Target } from "./tables.ts";

/** A table after the move. `sha256` is the sum of the digests of the rows. */
export type MovedRows = { table: string; rows: number; sha256: string };

/** `done` and `total` are numbers of rows of all tables. Each row counts twice, because the move also reads it back. */
export type MoveProgress = { step: "copy" | "verify" | "index"; table: string; done: number; total: number };

type Options = { source: Side; target: Target; onProgress: (progress: MoveProgress) => void };

/** Counts the rows of each table of the source. Throws `invalid_request` if the source lacks migrations of this version. */
export async function countRows(source: Side): Promise<{ table: string; rows: number }[]> {
  requireMigrated(source);
  const counts: { table: string; rows: number }[] = [];
  for (const table of source.tables) counts.push({ table: table.name, rows: await source.count(table) });
  return counts;
}

function requireMigrated({ migrations, engine }: { migrations: readonly string[]; engine: EngineName }): void {
  const own = Object.keys(migrationsFor(engine));
  const missing = own.find((name) => !migrations.includes(name));
  const unknown = migrations.find((name) => !own.includes(name));
  if (missing !== undefined) {
    throw new DomainError(
      "invalid_request",
      `The source lacks the migration ${missing}. Start the service of this version once with the source, stop it, and run the command again.`,
    );
  }
  if (unknown === undefined) return;
  throw new DomainError(
    "invalid_request",
    `The source has the migration ${unknown} of a newer Valet Key. Run the command with that version.`,
  );
}

/**
 * Copies all rows, and verifies each table by its checksum. The target remains incomplete if the function rejects. Throws
 * `invalid_request` if a row can't be copied.
 */
export async function move({ source, target, onProgress }: Options): Promise<MovedRows[]> {
  const total = 2 * (await countRows(source)).reduce((sum, { rows }) => sum + rows, 0);
  const written = await target.prepare();
  requireSameTables(source, written);
  let done = 0;
  async function* summed(
    side: Side,
    { table, sum, step }: { table: MovedTable; sum: RowSum; step: "copy" | "verify" },
  ) {
    for await (const lines of wholeLines(side.read(table))) {
      const before = sum.rows;
      sum.add(lines);
      done += sum.rows - before;
      onProgress({ step, table: table.name, done, total });
      yield lines;
    }
  }
  const results: MovedRows[] = [];
  for (const [nth, table] of source.tables.entries()) {
    const into = written.tables[nth] as MovedTable;
    const [sent, stored] = [new RowSum(), new RowSum()];
    await target.write(into, summed(source, { table, sum: sent, step: "copy" }));
    for await (const _ of summed(written, { table: into, sum: stored, step: "verify" }));
    if (sent.rows !== stored.rows || sent.digest() !== stored.digest()) {
      throw new DomainError(
        "invalid_request",
        `The target has other rows in ${table.name} than the source: ${stored.rows} rows with the checksum ${stored.digest()}, not ${sent.rows} with ${sent.digest()}. The target stays incomplete.`,
      );
    }
    results.push({ table: table.name, rows: sent.rows, sha256: sent.digest() });
  }
  onProgress({ step: "index", table: "", done, total });
  await target.finish();
  return results;
}
