import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import { createBatching } from "../../platform/database/batching.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import type { RunNamed } from "../../platform/database/postgres/statements.ts";
import { type AuditRow, defineQueries, type UrlJournal } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AuditAction } from "../../platform/database/unions.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { queueMessages } from "../outbox/webhook-queries.ts";
import { type AuditEvent, auditColumns, DOWNLOAD_PURPOSES, toAuditRow } from "./audit-event.ts";
import { messagesOf } from "./webhook-messages.ts";

/** A page of audit events. `routine`: whether the page has routine events (features/audit/audit-event.ts). Default: `include`. */
export type AuditPageRequest = PageRequest & { routine?: "include" | "omit" };

/** The numbers of downloads in intervals of time, oldest first, for all events since `countedSince`. Milliseconds since the epoch. */
export type DownloadSteps = { countedSince: number; steps: { at: number; count: number }[] };

type Sources = { journal: UrlJournal | undefined };

export const auditQueries = defineQueries("audit", ({ kysely: db, engine, journal }) => ({
  /** Adds audit events that are not about URLs. The caller must call `add` in the transaction of the change that the events report. */
  async add(...events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    await db.insertInto("audit_events").values(events.map(toAuditRow)).execute();
    const ofLinks = events.flatMap(({ id, detail: { linkId } }) =>
      typeof linkId === "string" ? [{ link_id: linkId, event_id: id }] : [],
    );
    if (ofLinks.length > 0) await db.insertInto("link_events").values(ofLinks).execute();
    // `add` also queues the webhook messages, so that no caller can forget them.
    await queueMessages({ db, engine }, events.flatMap(messagesOf));
  },
  listOfNote: (noteId: string, page: AuditPageRequest): Promise<Page<AuditEvent>> =>
    list(db, { journal, column: "note_id", value: noteId, ...page }),
  listOfOwner: (ownerId: string, page: AuditPageRequest): Promise<Page<AuditEvent>> =>
    list(db, { journal, column: "owner_id", value: ownerId, ...page }),
  /**
   * Counts the downloaded files of a note or an owner since an instant, in intervals of `stepMs`. Reads at most `limit` of the newest
   * events, so that the time does not depend on the size of the audit log.
   */
  countDownloads: (
    of: { noteId: string } | { ownerId: string },
    options: { since: number; stepMs: number; limit: number },
  ): Promise<DownloadSteps> => countDownloads(db, { engine, journal, of, ...options }),
  // The events of a link are never in the journal, because the service writes them in a transaction.
  /** Lists the events whose `detail.linkId` is the id of a link. */
  async listOfLink(
    { linkId, ownerId }: { linkId: string; ownerId: string },
    page: PageRequest,
  ): Promise<Page<AuditEvent>> {
    // With a subquery for the ids, PostgreSQL may read all events of the owner, because it has no statistics of a partitioned table.
    const ids = await idsOfLink(db, { linkId, before: decodeCursor(page.cursor), limit: page.limit }).execute();
    const wanted = engine.list(ids.map(({ event_id }) => event_id));
    const isWanted: IsWanted = (id) => engine.isIn(id, wanted);
    return list(db, { journal: undefined, column: "owner_id", value: ownerId, isWanted, ...page });
  },
  /** Returns the lowest owner id after `after`. `before`: an event id, so that PostgreSQL does not read later partitions. */
  async nextOwner(after: string, { before }: { before: string }): Promise<string | undefined> {
    const query = db
      .selectFrom("audit_events")
      .select("owner_id")
      .where("owner_id", ">", after)
      .$if(engine.name === "postgres", (events) => events.where("id", "<", before));
    return (await query.orderBy("owner_id").limit(1).executeTakeFirst())?.owner_id;
  },
  /** Lists the events of an owner with ids before `before`, oldest first. */
  async listOldest(ownerId: string, { before, limit }: { before: string; limit: number }): Promise<AuditEvent[]> {
    const range = { column: "owner_id", value: ownerId, before, routine: "include" } as const;
    const rows = await inOrder(db, { ...range, order: "asc", limit })
      .select(auditColumns)
      .execute();
    return rows.map(toAuditEvent);
  },
  async deleteOfOwner(ownerId: string, ids: readonly string[]): Promise<void> {
    await db
      .deleteFrom("link_events")
      .where((eb) => engine.isIn(eb.ref("event_id"), engine.list(ids)))
      .execute();
    await db
      .deleteFrom("audit_events")
      .where("owner_id", "=", ownerId)
      .where("is_routine", "in", [0, 1])
      .where((eb) => engine.isIn(eb.ref("id"), engine.list(ids)))
      .execute();
  },
}));

export function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actorId: row.actor_id,
    noteId: row.note_id,
    ownerId: row.owner_id,
    attachmentIds: JSON.parse(row.attachment_ids),
    detail: JSON.parse(row.detail),
  };
}

type Listing = AuditPageRequest & Sources & { column: "note_id" | "owner_id"; value: string; isWanted?: IsWanted };
type IsWanted = (id: Expression<string>) => Expression<SqlBool>;

async function list(
  db: Kysely<Tables>,
  { journal, column, value, isWanted, routine = "include", limit, cursor }: Listing,
): Promise<Page<AuditEvent>> {
  const before = decodeCursor(cursor);
  // The function reads the journal first, so that an event that moves to the table between the two reads is in both results.
  const fromJournal = journal?.find({ column, value, before, routine, limit: limit + 1 }) ?? [];
  const newestFirst = { column, value, before, routine, isWanted, order: "desc" } as const;
  const ids = sql<number>`octet_length(attachment_ids)`.as("bytes");
  const sizes = await inOrder(db, { ...newestFirst, limit })
    .select(ids)
    .execute();
  const fitting = countFitting(
    sizes.map(({ bytes }) => bytes),
    limit,
  );
  const fromTable = await inOrder(db, { ...newestFirst, limit: fitting + 1 })
    .select(auditColumns)
    .execute();
  return toPage(mergeNewestFirst(fromJournal, fromTable).map(toAuditEvent), fitting);
}

type Range = Parameters<UrlJournal["find"]>[0] & { isWanted?: IsWanted | undefined; order: "asc" | "desc" };

/** Selects events in order, up to the limit. The indexes store routine events and other events separately. */
function inOrder(db: Kysely<Tables>, { column, value, before, routine, isWanted, order, limit }: Range) {
  const events = (eb: ExpressionBuilder<Tables, never>) => {
    const part = (isRoutine: 0 | 1) =>
      eb
        .selectFrom((inner) =>
          inner
            .selectFrom("audit_events")
            .select(auditColumns)
            .where(column, "=", value)
            .where("is_routine", "=", isRoutine)
            .$if(before !== undefined, (query) => query.where("id", "<", before as string))
            .$if(isWanted !== undefined, (query) => query.where((eb) => (isWanted as IsWanted)(eb.ref("id"))))
            .orderBy("id", order)
            .limit(limit)
            .as("part"),
        )
        .select(auditColumns);
    return (routine === "omit" ? part(0) : part(0).unionAll(part(1))).as("events");
  };
  return db.selectFrom(events).orderBy("id", order).limit(limit);
}

type Count = Sources & {
  engine: Engine;
  of: { noteId: string } | { ownerId: string };
  since: number;
  stepMs: number;
  limit: number;
};

async function countDownloads(
  db: Kysely<Tables>,
  { engine, journal, of, since, stepMs, limit }: Count,
): Promise<DownloadSteps> {
  const [column, value] = "noteId" in of ? (["note_id", of.noteId] as const) : (["owner_id", of.ownerId] as const);
  // The function reads the journal first, like `list`.
  const fromJournal = journal?.find({ column, value, before: undefined, routine: "omit", limit }) ?? [];
  const acts = db
    .selectFrom("audit_events")
    .where(column, "=", value)
    .where("is_routine", "=", 0)
    .where("id", ">=", firstIdAt(since))
    .orderBy("id", "desc");
  const oldest = await acts.select(["id", "at"]).offset(limit).limit(1).executeTakeFirst();
  const isDownload = (eb: ExpressionBuilder<Tables, "audit_events">) =>
    eb.or(DOWNLOAD_PURPOSES.map((purpose) => engine.contains(eb.ref("detail"), purposeIn(purpose))));
  const counts = await db
    .selectFrom("audit_events")
    .select([
      sql<number>`at - at % ${sql.lit(stepMs)}`.as("step"),
      // An id contains no comma, so the number of ids is the number of commas plus 1.
      sql<number>`sum(length(attachment_ids) - length(replace(attachment_ids, ',', '')) + 1)`.as("count"),
    ])
    .where(column, "=", value)
    .where("is_routine", "=", 0)
    .where("id", ">", oldest?.id ?? firstIdAt(since))
    .where("action", "in", ACTS)
    .where(isDownload)
    .where((eb) => eb.not(engine.isIn(eb.ref("id"), engine.list(fromJournal.map(({ id }) => id)))))
    .groupBy("step")
    .execute();
  const steps = new Map(counts.map(({ step, count }) => [step, Number(count)]));
  for (const { at, action, detail, attachment_ids } of fromJournal) {
    const isCounted = ACTS.includes(action) && DOWNLOAD_PURPOSES.some((each) => detail.includes(purposeIn(each)));
    if (!isCounted || at < since) continue;
    const step = at - (at % stepMs);
    steps.set(step, (steps.get(step) ?? 0) + JSON.parse(attachment_ids).length);
  }
  const inOrder = [...steps].sort(([one], [other]) => one - other);
  return { countedSince: oldest?.at ?? since, steps: inOrder.map(([at, count]) => ({ at, count })) };
}

/** The actions of events that report a download or view by a person or visitor. */
const ACTS: AuditAction[] = ["url.issued", "link.claimed"];

/** Returns the text of a purpose in the JSON of `detail`. A filename can't contain this text, because JSON escapes its quotation marks. */
function purposeIn(purpose: string): string {
  return `"purpose":"${purpose}"`;
}

function idsOfLink(
  db: Kysely<Tables>,
  { linkId, before, limit }: { linkId: string; before: string | undefined; limit: number },
) {
  return db
    .selectFrom("link_events")
    .select("event_id")
    .where("link_id", "=", linkId)
    .$if(before !== undefined, (query) => query.where("event_id", "<", before as string))
    .orderBy("event_id", "desc")
    .limit(limit + 1);
}

/**
 * The maximum size of all attachment ids of a page, in bytes. An event can have 1,000 ids, and a page 200 events. Each response has a
 * maximum size (platform/http/wire.ts).
 */
const MAX_PAGE_BYTES = 2 ** 20;

/** Returns how many events fit into a page by the size of their attachment ids. At least 1. */
function countFitting(sizes: number[], limit: number): number {
  let bytes = 0;
  const tooLarge = sizes.findIndex((size) => {
    bytes += size;
    return bytes > MAX_PAGE_BYTES;
  });
  return tooLarge === -1 ? limit : Math.max(1, tooLarge);
}

function mergeNewestFirst(fromJournal: AuditRow[], fromTable: AuditRow[]): AuditRow[] {
  if (fromJournal.length === 0) return fromTable;
  const byId = new Map([...fromJournal, ...fromTable].map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** The log of URL events is not part of a transaction, because several of its events share one commit. */
export const urlAuditLog = defineQueries("audit", (): UrlAuditLog => {
  throw new Error("A transaction has no log of URL events.");
});

// Each SQL parameter is an array with the values of one column. So the SQL does not depend on the number of events, and PostgreSQL prepares
// it only once. The database may already have an event if the response to an earlier attempt was lost.
const INSERT = `insert into audit_events (${auditColumns.join(", ")})
select * from unnest($1::text[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::int2[])
on conflict do nothing`;

/** Opens the log of URL events on PostgreSQL, which writes a batch of events with one statement and one commit. */
export function openPostgresUrlAudit(run: RunNamed): UrlAuditLog {
  async function insert(events: AuditEvent[]): Promise<void> {
    const rows = events.map(toAuditRow);
    const values = auditColumns.map((column) => rows.map((row) => row[column]));
    await run({ name: "vk_url_audit", text: INSERT, values });
  }
  const log = createUrlAuditLog(insert);
  return {
    // A read-only PostgreSQL refuses even an insert without rows, so an empty insert detects a read-only server.
    probe: () => insert([]),
    // PostgreSQL would refuse the whole batch because of one text with the NUL character. JSON texts need no check, because JSON escapes
    // this character.
    record: (event) => (hasNul(event) ? Promise.reject(invalid()) : log.record(event)),
    close: log.close,
  };
}

function hasNul({ id, actorId, noteId, ownerId }: AuditEvent): boolean {
  return [id, actorId, noteId, ownerId].some((text) => text.includes("\0"));
}

function invalid(): DomainError {
  return invalidRequest("A text contains the NUL character");
}

/** Writes the audit events about URLs, which are frequent and small. So several events share one commit. */
export type UrlAuditLog = {
  /** Resolves when the event is on the disk, within a few milliseconds. Rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Checks that the log can record an event now. Rejects with `database_unavailable` or `storage_full`. */
  probe(): Promise<void>;
  /** Writes the waiting events, and accepts no more events. */
  close(): Promise<void>;
};

// All events of a batch share the cost of one commit. A larger batch would save little more time, and its events would wait longer.
const MAX_BATCH_EVENTS = 500;

/** Creates the log of URL events. During a commit, the log collects the events of the next batch. `write`: makes a batch durable. */
export function createUrlAuditLog(
  write: (events: AuditEvent[]) => Promise<void>,
): Pick<UrlAuditLog, "record" | "close"> {
  const commits = createBatching({
    run: write,
    maxBatchItems: MAX_BATCH_EVENTS,
    maxRunning: 1,
    closedError: () => new DomainError("database_unavailable", "The audit log is closed"),
  });
  return { record: commits.add, close: commits.close };
}
