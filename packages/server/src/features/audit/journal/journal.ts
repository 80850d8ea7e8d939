import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type AuditValues, auditColumns } from "../audit-event.ts";

// The deletion of 25 batches takes about as long as the inserts of one step, so that no step holds the write lock much longer than another.
const REMOVE_AT_ONCE = 25;
const OWNER = auditColumns.indexOf("owner_id");

export type JournalFiles = { database: DatabaseSync; journal: DatabaseSync };

/**
 * Stores URL events in two steps. First, `append` makes a batch of events durable as one row at the end of a table. Later, `moveSome` moves
 * the events to audit_events, grouped by owner.
 * An append costs a tenth of an insert into audit_events, which has indexes. Until the move, queries find the events in the journal
 * (features/audit/queries.ts). If the process is killed, the next process moves the remaining events.
 */
export class UrlJournal {
  readonly #database: DatabaseSync;
  readonly #append: StatementSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #probe: StatementSync;
  #gathered: Gathered = { batches: [], byOwner: new Map(), count: 0 };
  #round: Round = { batches: [], events: [], done: 0 };

  constructor({ database, journal }: JournalFiles) {
    this.#database = database;
    this.#append = journal.prepare("insert into url_event_batches (events) values (?)");
    // A killed process may already have inserted some events of the batch. An event from an earlier version lacks the last value,
    // `is_routine`.
    const values = auditColumns.map((column) => (column === "is_routine" ? "coalesce(?, 0)" : "?"));
    this.#insert = database.prepare(
      `insert into audit_events (${auditColumns.join(", ")}) values (${values.join(", ")}) on conflict do nothing`,
    );
    // The statement deletes only the batches that this process has moved, by their numbers. Another process may have appended batches
    // meanwhile, and moves its own batches.
    this.#remove = journal.prepare("delete from url_event_batches where seq in (select value from json_each(?))");
    this.#probe = journal.prepare("insert or replace into probes (id, probed_at) values (1, ?)");
    for (const { seq, events } of journal.prepare("select seq, events from url_event_batches order by seq").all()) {
      this.#gather(Number(seq), JSON.parse(String(events)));
    }
  }

  get gathered(): number {
    return this.#gathered.count;
  }

  /** Stores events durably, with one commit. */
  append(events: AuditValues[]): void {
    const { lastInsertRowid } = this.#append.run(JSON.stringify(events));
    this.#gather(Number(lastInsertRowid), events);
  }

  /** Commits one row, to detect a full or read-only disk. */
  probe(): void {
    this.#probe.run(Date.now());
  }

  /**
   * Runs one step of a round, with one commit. A step moves up to `maxEvents` events, or removes batches whose events are all moved.
   * Returns the maximum number of remaining steps. Events that arrive during a round wait for the next round.
   */
  moveSome(maxEvents: number): number {
    if (this.#round.done === this.#round.events.length && this.#round.batches.length === 0) this.#startRound();
    const { events, batches, done } = this.#round;
    if (done < events.length) {
      const slice = events.slice(done, done + maxEvents);
      this.#inTransaction(() => {
        for (const event of slice) this.#insert.run(...event);
      });
      this.#round.done += slice.length;
    } else if (batches.length > 0) {
      this.#remove.run(JSON.stringify(batches.slice(0, REMOVE_AT_ONCE)));
      batches.splice(0, REMOVE_AT_ONCE);
    }
    return Math.ceil((events.length - this.#round.done) / maxEvents) + Math.ceil(batches.length / REMOVE_AT_ONCE);
  }

  #gather(batch: number, events: AuditValues[]): void {
    const { batches, byOwner } = this.#gathered;
    batches.push(batch);
    for (const event of events) {
      const ofOwner = byOwner.get(event[OWNER]);
      if (ofOwner === undefined) byOwner.set(event[OWNER], [event]);
      else ofOwner.push(event);
    }
    this.#gathered.count += events.length;
  }

  #startRound(): void {
    const { batches, byOwner } = this.#gathered;
    this.#round = { batches, events: [...byOwner.values()].flat(), done: 0 };
    this.#gathered = { batches: [], byOwner: new Map(), count: 0 };
  }

  #inTransaction(work: () => void): void {
    this.#database.exec("begin immediate");
    try {
      work();
      this.#database.exec("commit");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      throw error;
    }
  }
}

type Gathered = { batches: number[]; byOwner: Map<AuditValues[number] | undefined, AuditValues[]>; count: number };
type Round = { batches: number[]; events: AuditValues[]; done: number };
