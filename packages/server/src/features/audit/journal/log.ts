// The journal of URL events on SQLite (ADR 4). Code outside this folder imports only this file.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AuditRow, IssuedUrlRow, UrlJournal } from "../../../platform/database/queries.ts";
import { isDamage, openWriter, toSqliteDomainError, urlJournalFile } from "../../../platform/database/sqlite/file.ts";
import { SqliteThread, untilNotBusy } from "../../../platform/database/sqlite/thread.ts";
import { inTurn, Mutex } from "../../../platform/database/sqlite/write-group.ts";
import { DomainError } from "../../../platform/errors.ts";
import { workerModule } from "../../../platform/modules.ts";
import { auditColumns, toAuditValues } from "../audit-event.ts";
import { createUrlAuditLog, type UrlAuditLog } from "../queries.ts";
import type { AuditRequest } from "./journal-worker.ts";

// How long an event waits for another process that writes. After this time, `record` fails.
const PATIENCE_MS = 2_000;
// The service moves events to the database after a second without new events, or when the journal has 20,000 events. Each reader searches
// all events of the journal, so their number must be limited.
const QUIET_MS = 1_000;
const MAX_GATHERED = 20_000;

type Options = { file: string; writeLock: Mutex; afterWrite: () => void; hasEvents: boolean };

/**
 * Opens the log of URL events on SQLite. A worker thread commits the events to the journal file, and later moves them to the database. A
 * move never runs during another write of the process to the database. `afterWrite`: runs after each step of a move. `hasEvents`: whether
 * an earlier process has left events in the journal.
 */
export function openSqliteUrlAudit({ file, writeLock, afterWrite, hasEvents }: Options): UrlAuditLog {
  const module = workerModule("journal-worker", import.meta.url);
  const thread = new SqliteThread<AuditRequest, number>({ module, file, refusal: "The audit log can't be written" });
  const threadLock = new Mutex();
  const mover = new Mover(async () => {
    // The move acquires the write lock before it calls the thread, so that the thread never waits for another write of the process. A new
    // URL event waits at most for one short step.
    const stepsLeft = await inTurn(writeLock, () => inTurn(threadLock, () => thread.request("move")));
    afterWrite();
    return stepsLeft;
  });
  const log = createUrlAuditLog(async (events) => {
    const deadline = performance.now() + PATIENCE_MS;
    const values = events.map(toAuditValues);
    mover.gathered(await inTurn(threadLock, () => untilNotBusy(deadline, () => thread.request(values))));
  });
  // The thread uses 11 MiB, so the thread of an empty journal starts at the first event.
  if (hasEvents) mover.startWhenQuiet();
  return {
    record: log.record,
    async probe() {
      await inTurn(threadLock, () => untilNotBusy(performance.now() + PATIENCE_MS, () => thread.request("probe")));
    },
    async close() {
      await log.close();
      await mover.stop();
      await thread.close();
    },
  };
}

/** Moves the events of the journal to the database in small steps, so that other writes can run between two steps. */
class Mover {
  readonly #moveSome: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(moveSome: () => Promise<number>) {
    this.#moveSome = moveSome;
  }

  gathered(count: number): void {
    if (count >= MAX_GATHERED) this.#start();
    else this.startWhenQuiet();
  }

  startWhenQuiet(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => this.#start(), QUIET_MS).unref();
    this.#timer.refresh();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopped && (await this.#moveSome()) > 0);
    } catch {
      // The events stay durable and readable in the journal, so a later move can try again.
      this.startWhenQuiet();
    }
  }
}

type JournalEvents = UrlJournal & { hasEvents: () => boolean; close: () => void };

/** Opens the journal for queries of the audit log, and creates the journal file if necessary. Rejects with `database_unavailable`. */
export async function openJournalEvents(file: string): Promise<JournalEvents> {
  const database = await openJournal(urlJournalFile(file));
  // Each row of the journal contains a batch of events: a JSON array with one array for each event. The values of an event are in the order
  // of `auditColumns`.
  database.exec(
    "create table if not exists url_event_batches (seq integer primary key autoincrement, events text not null) strict",
  );
  database.exec("create table if not exists probes (id integer primary key, probed_at integer not null) strict");
  const statements = new Map<string, StatementSync>();
  const prepare = (column: (typeof auditColumns)[number]) => {
    const statement = statements.get(column) ?? database.prepare(select(column));
    statements.set(column, statement);
    return statement;
  };
  const issued = database.prepare(SELECT_ISSUED);
  return {
    findUrls({ ownerId, after, before, limit }) {
      try {
        return issued.all({
          ownerId,
          inJson: inJson(ownerId ?? ""),
          after,
          before,
          limit,
        }) as ReturnType<UrlJournal["findUrls"]>;
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    find({ column, value, before, routine, limit }) {
      try {
        const values = { value, inJson: inJson(value), before: before ?? null, routine, limit };
        return prepare(column).all(values) as unknown as AuditRow[];
      } catch (error) {
        throw toSqliteDomainError(error);
      }
    },
    hasEvents: () => database.prepare("select 1 from url_event_batches limit 1").get() !== undefined,
    close: () => database.close(),
  };
}

/** Opens the journal file. Rejects for a damaged file, because each request for a URL would fail. */
async function openJournal(file: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  let cause: unknown;
  try {
    database = await openWriter(file, { where: "mainThread" });
    const found = database.prepare("pragma quick_check(1)").get()?.quick_check;
    if (found === "ok") return database;
    cause = new Error(String(found));
  } catch (error) {
    if (!isDamage(error)) throw error;
    cause = error;
  }
  database?.close();
  throw new DomainError(
    "database_unavailable",
    `The journal of URL events ${file} is damaged. The database lacks the events in it. Restore a backup, or move the journal to another folder. The audit log then lacks these events.`,
    { cause },
  );
}

// The query searches the text of a batch before it parses the batch. Most batches contain no event of the note or owner, and a text search
// is much faster.
function select(column: (typeof auditColumns)[number]): string {
  return `select ${auditColumns.map((name) => `${inEvent(name)} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where instr(batch.events, :inJson) > 0 and ${inEvent(column)} = :value
    and (:before is null or ${inEvent("id")} < :before)
    and (:routine = 'include' or ${inEvent("is_routine")} is not 1)
  order by id desc limit :limit`;
}

const ISSUED = [
  "id",
  "at",
  "actor_id",
  "note_id",
  "attachment_ids",
  "detail",
] as const satisfies (keyof IssuedUrlRow)[];

const SELECT_ISSUED = `select ${ISSUED.map((name) => `${inEvent(name)} as ${name}`)}
  from url_event_batches as batch, json_each(batch.events) as event
  where (:ownerId is null or (instr(batch.events, :inJson) > 0 and ${inEvent("owner_id")} = :ownerId))
    and ${inEvent("action")} = 'url.issued' and ${inEvent("id")} > :after and ${inEvent("id")} < :before
  order by id limit :limit`;

/**
 * Builds the query for all audit events of a database, including the events in the journal, which the caller has attached as the schema
 * `journal`. An event may be in both files if the process was killed during a move.
 */
export function selectWithJournal(columns: readonly string[], { journal }: { journal: string }): string {
  const values = auditColumns.map((column) =>
    column === "is_routine" ? `coalesce(${inEvent(column)}, 0) as is_routine` : `${inEvent(column)} as ${column}`,
  );
  return `select ${columns.join()} from main.audit_events
  union all select ${columns.join()}
  from (select distinct ${values} from ${journal}.url_event_batches as batch, json_each(batch.events) as event) as events
  where not exists (
    select 1 from main.audit_events as moved
    where moved.owner_id = events.owner_id and moved.is_routine = events.is_routine and moved.id = events.id
  )`;
}

/** Escapes a search text like JSON, because the stored batches are JSON texts. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inEvent(column: (typeof auditColumns)[number]): string {
  return `event.value ->> ${auditColumns.indexOf(column)}`;
}
