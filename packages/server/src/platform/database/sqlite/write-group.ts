import type { DatabaseSync } from "node:sqlite";
import { toSqliteDomainError } from "./file.ts";

/** A mutex is a lock within the process. Callers get the lock in the order of their calls. */
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

/** Runs the function `work` while the mutex holds the lock. */
export async function inTurn<T>(lock: Mutex, work: () => Promise<T>): Promise<T> {
  const unlock = await lock.acquire();
  // The call is inside `try`, because `work` can also throw before `work` returns a promise.
  try {
    return await work();
  } finally {
    unlock();
  }
}

// The maximum number of members (transactions) in a group. The limit `MAX_MEMBERS` exists because the writes of a group block the event
// loop for milliseconds. In a larger group, each member would save only a little more time.
const MAX_MEMBERS = 32;

type WriteGroupOptions = {
  /** All writers of the process share the lock, and wait in a queue. Without the lock, a writer would get an error for a busy file. */
  writeLock: Mutex;
  /** The groups call `afterWrite` after each commit. */
  afterWrite: () => void;
};

/** The member `members` is the number of members whose writes the group will commit. */
type Group = { flushed: PromiseWithResolvers<void>; members: number; unlock: () => void };

/**
 * Runs the writes of the process in write groups. All writes that are ready together become members of one group. A group is one
 * transaction of the file, so the members share one flush of the disk (ADR 12). Each member of a group has a savepoint. The members of a
 * group run one after another. If a member fails, SQLite undoes only the savepoint of the member. If the commit of a group fails, all
 * members of the group fail.
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

  /** Begins a member in the open group or a new one. `begin` runs a statement, and retries it while another process has the lock. */
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
      // If all members were undone, no caller waits for the promise of the flush. A rejection of the promise must then not end the process.
      this.#open.flushed.promise.catch(() => undefined);
    }
    this.#database.exec("savepoint member");
    this.#isOccupied = true;
  }

  /** Ends the member, and keeps the writes of the member. The promise of `keep` resolves when the writes are on the disk. */
  async keep(): Promise<void> {
    const group = this.#open;
    if (group === undefined) throw new Error("SQLite has rolled back the transaction.");
    this.#database.exec("release member");
    group.members += 1;
    this.#leave(group);
    await group.flushed.promise;
  }

  /**
   * Ends the member, and undoes the writes of the member. The promise of `undo` resolves when the group is committed. The caller may then
   * read the data that made the member fail. An earlier member of the group may have written the data, so the data must be committed first.
   */
  async undo(): Promise<void> {
    const group = this.#open;
    if (group === undefined) return;
    this.#database.exec("rollback to member; release member");
    this.#leave(group);
    await group.flushed.promise.catch(() => undefined);
  }

  /**
   * The caller must call `notice` for every error of a statement. After some errors, for example on a full disk, SQLite has rolled back the
   * whole transaction. After a rollback by SQLite, `notice` fails the whole group.
   */
  notice(error: unknown): void {
    const group = this.#open;
    if (group === undefined || this.#database.isTransaction) return;
    this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
  }

  /** Returns whether the transaction of the member is still open. */
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
    // The write group unlocks later, so that the event loop can read other requests before the next group begins.
    setImmediate(group.unlock);
  }

  #leave(group: Group): void {
    this.#isOccupied = false;
    const hasRoom = group.members > 0 && group.members < MAX_MEMBERS;
    if (!hasRoom) this.flush();
    // The group commits after all ready members have entered the group.
    else setImmediate(() => this.#open === group && !this.#isOccupied && this.flush());
  }
}
