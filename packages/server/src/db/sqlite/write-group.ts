import type { DatabaseSync } from "node:sqlite";
import { toSqliteDomainError } from "./errors.ts";
import type { Mutex } from "./mutex.ts";

// The maximum number of members of a group, because the writes of a group block the event loop for milliseconds. With more members, each
// member would save only a little more time.
const MAX_MEMBERS = 32;

export type WriteGroupOptions = {
  /** Shared by all writers of this process, so that writers wait in a queue instead of finding the file busy. */
  writeLock: Mutex;
  /** Called after each commit. */
  afterWrite: () => void;
};

/** `members`: the members whose writes will be committed. */
type Group = { flushed: PromiseWithResolvers<void>; members: number; unlock: () => void };

/**
 * Runs writes that are ready at the same time inside one transaction of the file, each in a savepoint. So the writes share
 * one flush to the disk (ADR 19). Members run one after another. A failed member undoes its own savepoint only. A failed commit fails all
 * members.
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

  /** Begins a member, in the open group or in a new group. `begin` runs a statement that may find the file busy. */
  async enter(begin: (sql: string) => Promise<void>): Promise<void> {
    if (this.#open === undefined) {
      const unlock = await this.#options.writeLock.acquire();
      try {
        // Begins as a writer, and waits here. A transaction that begins as a reader may fail at its first write.
        await begin("begin immediate");
      } catch (error) {
        unlock();
        throw error;
      }
      this.#open = { flushed: Promise.withResolvers(), members: 0, unlock };
      // If all members were undone, no caller waits for this promise. Then a failure must not end the process.
      this.#open.flushed.promise.catch(() => undefined);
    }
    this.#database.exec("savepoint member");
    this.#isOccupied = true;
  }

  /** Keeps the writes of the member. The promise resolves when they are on the disk. */
  async keep(): Promise<void> {
    const group = this.#open;
    if (group === undefined) throw new Error("SQLite has rolled back the transaction.");
    this.#database.exec("release member");
    group.members += 1;
    this.#leave(group);
    await group.flushed.promise;
  }

  /**
   * Undoes the writes of the member. The promise resolves when the group is committed. The writes of an earlier member may be the reason
   * why this member was refused. The caller may query that reason next, so the earlier writes must be committed.
   */
  async undo(): Promise<void> {
    const group = this.#open;
    if (group === undefined) return;
    this.#database.exec("rollback to member; release member");
    this.#leave(group);
    await group.flushed.promise.catch(() => undefined);
  }

  /**
   * Call it with each error of a statement, because after some errors, for example on a full disk, SQLite rolls back the whole
   * transaction.
   */
  notice(error: unknown): void {
    const group = this.#open;
    if (group === undefined || this.#database.isTransaction) return;
    this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
  }

  /** Whether the transaction that the member entered is still open. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Commits the open group. Call it before a statement that must run outside of transactions. */
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
    // Lets the event loop read other requests before the next group begins.
    setImmediate(group.unlock);
  }

  #leave(group: Group): void {
    this.#isOccupied = false;
    const hasRoom = group.members > 0 && group.members < MAX_MEMBERS;
    if (!hasRoom) this.flush();
    // Runs after all members that are ready have entered the group.
    else setImmediate(() => this.#open === group && !this.#isOccupied && this.flush());
  }
}
