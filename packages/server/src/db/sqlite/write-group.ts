import type { DatabaseSync } from "node:sqlite";
import { toSqliteDomainError } from "./errors.ts";
import type { Mutex } from "./mutex.ts";

// The writes of a group block the event loop for milliseconds. More members would save little of a flush.
const MAX_MEMBERS = 32;

export type WriteGroupOptions = {
  /** Shared by all writers of this process, so that they queue instead of finding the file busy. */
  writeLock: Mutex;
  /** Called after each commit. */
  afterWrite: () => void;
};

/** `members`: those whose writes are kept. */
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
      // All members may have been undone, so that nobody waits.
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
   * Undoes the writes of the member. The promise resolves with the group, because earlier members may be the reason for a refusal, and
   * a query after it must see their writes.
   */
  async undo(): Promise<void> {
    const group = this.#open;
    if (group === undefined) return;
    this.#database.exec("rollback to member; release member");
    this.#leave(group);
    await group.flushed.promise.catch(() => undefined);
  }

  /** Must be called with each error of a statement. SQLite rolls back the whole transaction for some, for example on a full disk. */
  notice(error: unknown): void {
    const group = this.#open;
    if (group === undefined || this.#database.isTransaction) return;
    this.#end(group, () => group.flushed.reject(toSqliteDomainError(error)));
  }

  /** Whether the transaction that the member entered is still there. */
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
    // Between the groups of a queue, the event loop reads other requests.
    setImmediate(group.unlock);
  }

  #leave(group: Group): void {
    this.#isOccupied = false;
    const hasRoom = group.members > 0 && group.members < MAX_MEMBERS;
    if (!hasRoom) this.flush();
    // All members that are ready enter before this runs.
    else setImmediate(() => this.#open === group && !this.#isOccupied && this.flush());
  }
}
