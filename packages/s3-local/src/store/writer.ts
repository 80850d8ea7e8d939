import type { DatabaseSync } from "node:sqlite";

/** Runs a change; what it returns or throws comes back only after it is durable or undone. */
export type Write = <T>(change: () => T) => Promise<T>;

type Job = { change: () => unknown; resolve: (value: never) => void; reject: (error: unknown) => void };
type Outcome = () => void;

/** Told what happened to the changes, so that files follow rows. */
export type WriterListener = { mark(): number; undoTo(mark: number): void; committed(): void };

/**
 * Makes the only way to change the database: the changes asked for in one turn of the event loop share one durable commit.
 *
 * A commit waits for the disk and blocks the process, so many requests must not cost one each. A change that throws is
 * undone alone. Changes run one after the other, so a check and the write that depends on it belong in one change.
 */
export function createWriter(database: DatabaseSync, listener: WriterListener): Write {
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
