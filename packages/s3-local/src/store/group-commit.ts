import type { DatabaseSync } from "node:sqlite";

/** Runs a change of the database in a group commit. Settles only after the change is durable or rolled back. */
export type Write = <T>(change: () => T) => Promise<T>;

type Job = { change: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void };
type Outcome = () => void;

/**
 * Collects the names of the files that changes make unnecessary. `committed` deletes the unnecessary files. After a rollback, `undoTo`
 * forgets the files that were added since `mark`.
 */
type CommitListener = { mark(): number; undoTo(mark: number): void; committed(): void };

/**
 * Makes `Write`, the only function that changes the database. All changes of one turn of the event loop share one durable commit.
 *
 * Each commit blocks the process until the disk has finished. A change that throws is rolled back alone. The database runs changes one by
 * one. A check and the write that depends on it must be in the same change.
 */
export function createGroupCommit(database: DatabaseSync, listener: CommitListener): Write {
  let queue: Job[] = [];

  function flush(): void {
    const jobs = queue;
    queue = [];
    let outcomes: Outcome[];
    try {
      database.exec("BEGIN IMMEDIATE");
      outcomes = jobs.map(run);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
      listener.undoTo(0);
      for (const { reject } of jobs) reject(error);
      return;
    }
    listener.committed();
    for (const settle of outcomes) settle();
  }

  function run({ change, resolve, reject }: Job): Outcome {
    const mark = listener.mark();
    database.exec("SAVEPOINT change");
    try {
      const value = change() as never;
      database.exec("RELEASE change");
      return () => resolve(value);
    } catch (error) {
      // On a full disk, SQLite has already rolled back the whole transaction with its savepoints.
      if (!database.isTransaction) throw error;
      database.exec("ROLLBACK TO change; RELEASE change");
      listener.undoTo(mark);
      return () => reject(error);
    }
  }

  return (change) =>
    new Promise((resolve, reject) => {
      queue.push({ change, resolve, reject });
      if (queue.length === 1) setImmediate(flush);
    });
}
