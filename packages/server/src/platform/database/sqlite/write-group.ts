import type { DatabaseSync } from "node:sqlite";
import { toSqliteDomainError } from "./file.ts";

/** A lock within the process. Callers get the lock in the order of their calls. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to the function that releases the lock. */
  acquire(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    return before.then(() => resolve);
  }
}

/** Runs `work` while it holds the lock. */
export async function inTurn<T>(lock: Mutex, work: () => Promise<T>): Promise<T> {
  const unlock = await lock.acquire();
  // The call is inside `try`, because `work` can also throw before it returns a promise.
  try {
    return await work();
  } finally {
    unlock();
  }
}

// The maximum number of members (transactions) in a group. The writes of a group block the event loop for milliseconds, and a larger group
// would save only a little more time.
const MAX_MEMBERS = 32;

type WriteGroupOptions = {
  /**
   * The lock that all writers of the process share. Writers wait for the lock in a queue, because without it a writer would get an error
   * about a busy file.
   */
  writeLock: Mutex;
  /** Runs after each commit. */
  afterWrite: () => void;
};

/** `members`: the number of members whose writes the group will commit. */
type Group = { flushed: PromiseWithResolvers<void>; members: number; unlock: () => void };

/**
 * Runs the writes of the process in write groups. All writes that are ready at the same time become members of one group. A group is one
 * transaction of the file, so its members share one flush of the disk (ADR 12). The members run one after another, and each member has a
 * savepoint. If a member fails, SQLite undoes only the savepoint of this member. If the commit of a group fails, all its members fail.
 */
export class WriteGroups {
  readonly #database: DatabaseSync;
  readonly #options: WriteGroupOptions;
  #open: Group | undefined;
  #isOccupied = false;

  constructor(database: DatabaseSync, options: WriteGroupOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Begins a member in the open group or in a new group. `begin` runs a statement, and retries it while another process has the lock. */
  async enter(begin: (sql: string) => Promise<void>): Promise<void> {
    if (this.#open === undefined) {
      const unlock = await this.#options.writeLock.acquire();
      try {
        // The transaction begins as a writer, and waits for other writers at `begin immediate`. A transaction that begins as a reader may
        // fail later, at its first write.
        await begin("begin immediate");
      } catch (error) {
        unlock();
        throw error;
      }
      this.#open = { flushed: Promise.withResolvers(), members: 0, unlock };
      // If all members were undone, no caller waits for the promise of the flush. A rejection must then not end the process.
      this.#open.flushed.promise.catch(() => undefined);
    }
    this.#database.exec("savepoint member");
    this.#isOccupied = true;
  }

  /** Ends the member, and keeps its writes. The promise resolves when the writes are on the disk. */
  async keep(): Promise<void> {
    const group = this.#open;
    if (group === undefined) throw new Error("SQLite has rolled back the transaction.");
    this.#database.exec("release member");
    group.members += 1;
    this.#leave(group);
    await group.flushed.promise;
  }

  /**
   * Ends the member, and undoes its writes. The promise resolves when the group is committed. The caller may then read the data that made
   * the member fail. An earlier member of the group may have written this data, so it must be committed first.
   */
  async undo(): Promise<void> {
    const group = this.#open;
    if (group === undefined) return;
    this.#database.exec("rollback to member; release member");
    this.#leave(group);
    await group.flushed.promise.catch(() => undefined);
  }

  /**
   * The caller must report every error of a statement. After some errors, for example on a full disk, SQLite has rolled back the whole
   * transaction, and then the whole group fails.
   */
  notice(error: unknown): void {
    const group = this.#open;
    if (group === undefined || this.#database.isTransaction) return;
    this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Commits the open group of writes. The caller must call `flush` before a statement that must run outside of transactions. */
  flush(): void {
    const group = this.#open;
    if (group === undefined) return;
    try {
      this.#database.exec("commit");
      this.#end(group, group.flushed.resolve);
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
    }
  }

  #end(group: Group, settle: () => void): void {
    this.#open = undefined;
    this.#isOccupied = false;
    settle();
    this.#options.afterWrite();
    // The lock is released later, so that the event loop can read other requests before the next group begins.
    setImmediate(group.unlock);
  }

  #leave(group: Group): void {
    this.#isOccupied = false;
    const hasRoom = group.members > 0 && group.members < MAX_MEMBERS;
    if (!hasRoom) this.flush();
    // The group commits after all ready members have entered it.
    else setImmediate(() => this.#open === group && !this.#isOccupied && this.flush());
  }
}
