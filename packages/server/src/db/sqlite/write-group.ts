import type { DatabaseSync } from "node:sqlite";
import { toSqliteDomainError } from "./errors.ts";
import type { Mutex } from "./mutex.ts";

// Limits a group, because its writes block the event loop for milliseconds. With more members, each would save only little time.
const MAX_MEMBERS = 32;

export type WriteGroupOptions = {
  /** Shared by all writers of this process, so that they queue instead of finding the file busy. */
  writeLock: Mutex;
  /** Called after each commit. */
  afterWrite: () => void;
};

/** `members`: the members whose writes will be committed. */
type Group = { flushed: PromiseWithResolvers<void>; members: number; unlock: () => void };

/**
 * Runs writes that are ready at the same time inside one transaction of the file, each in a savepoint, so that they share its flush
 * (ADR 19). Members run one after another. A failed member undoes its own savepoint only. A failed commit fails all members.
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

  /** Begins a member, in the group that is open or in a new one. `begin` runs a statement that may find the file busy. */
  async enter(begin: (sql: string) => Promise<void>): Promise<void> {
    if (this.#open === undefined) {
      const unlock = await this.#options.writeLock.acquire();
      try {
        // A transaction that begins as a reader may fail at its first write instead of waiting here.
        await begin("begin immediate");
      } catch (error) {
        unlock();
        throw error;
      }
      this.#open = { flushed: Promise.withResolvers(), members: 0, unlock };
      // If all members were undone, no caller waits for this promise. A failure must then not end the process.
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
   * Undoes the writes of the member. The promise resolves when the group is committed. Earlier members may be the reason for a refusal, and
   * a query after it must see their writes.
   */
  async undo(): Promise<void> {
    const group = this.#open;
    if (group === undefined) return;
    this.#database.exec("rollback to member; release member");
    this.#leave(group);
    await group.flushed.promise.catch(() => undefined);
  }

  /** Must be called with each error of a statement. After some errors, for example on a full disk, SQLite rolls back the whole transaction. */
  notice(error: unknown): void {
    const group = this.#open;
    if (group === undefined || this.#database.isTransaction) return;
    this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
  }

  /** Whether the transaction that the member entered is still open. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Commits the open group. A statement that runs outside of transactions needs this first. */
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
