import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { RunStatement, Statement } from "../compile-statement.ts";
import { toSqliteDomainError } from "./errors.ts";
import { PreparedStatements } from "./statements.ts";

type Read = {
  statement: Statement;
  values: readonly unknown[];
  resolve(rows: unknown[][]): void;
  reject(error: unknown): void;
};

/**
 * Returns a function that runs reading statements at the end of the current turn of the event loop. All reads of a turn share one
 * transaction, so SQLite locks the file only once for all of them. With 64 callers, issuing a URL then takes a tenth less CPU time. The
 * transaction starts after all its requests, so each read sees everything that was committed before its request.
 */
export function readsInTurns(reader: DatabaseSync): RunStatement {
  const statements = new PreparedStatements(reader);
  const begin = reader.prepare("begin");
  const commit = reader.prepare("commit");
  let waiting: Read[] = [];

  function runAll(): void {
    const reads = waiting;
    waiting = [];
    const failure = failureOf(begin);
    for (const { statement, values, resolve, reject } of reads) {
      try {
        if (failure !== undefined) throw failure;
        resolve(statements.rowsOf(statement, values as SQLInputValue[]));
      } catch (error) {
        reject(toSqliteDomainError(error));
      }
    }
    // Commits only if the transaction is still open. The database may be closed, or SQLite may have rolled back after a failed read.
    if (reader.isOpen && reader.isTransaction) commit.run();
  }

  return (statement, values) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(runAll);
      waiting.push({ statement, values, resolve, reject });
    });
}

function failureOf(begin: StatementSync): unknown {
  try {
    begin.run();
    return undefined;
  } catch (error) {
    return error;
  }
}
