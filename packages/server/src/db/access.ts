import { type Compilable, type Expression, type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Role } from "../domain/access.ts";
import type { AccessQueries, AttachmentAccess, Clock, DownloadAccess } from "../usecases/ports.ts";
import { attachmentColumns, toAttachment } from "./attachments.ts";
import type { Engine } from "./engine.ts";
import { noteColumns, toNote } from "./notes.ts";
import type { AttachmentsTable, NotesTable, Tables } from "./schema.ts";

/** A statement compiled once: its text, and for each of its parameters which of the given values it takes. */
export type AccessStatement = { name: string; sql: string; order: readonly number[] };

export type AccessStatements = Record<"note" | "attachment" | "attachments", AccessStatement>;

/** Runs a statement with its parameters, and answers the rows. */
export type RunAccessStatement = (statement: AccessStatement, parameters: unknown[]) => Promise<unknown[]>;

type Question = { userId: Expression<string>; now: Expression<number> };
type Scope = Question & { db: Kysely<Tables> };
type WithRole<Row> = Selectable<Row> & { role: Role | null };
export type AttachmentAccessRow = WithRole<AttachmentsTable>;

/** Compiles the access queries for one engine; `db` is not asked for anything. */
export function compileAccess(db: Kysely<Tables>, engine: Engine): AccessStatements {
  return {
    note: compile("vk_access_note", ({ userId, now, what }) =>
      db
        .selectFrom("notes")
        .select(noteColumns)
        .select((eb) => roleOnNote(eb, { db, userId, now }).as("role"))
        .where("notes.id", "=", what),
    ),
    attachment: compile("vk_access_attachment", ({ userId, now, what }) =>
      attachmentWithRole(db, { userId, now }).where("attachments.id", "=", what),
    ),
    attachments: compile("vk_access_attachments", ({ userId, now, what }) =>
      downloadWithRole(db, { userId, now }).where((eb) => engine.isIn(eb.ref("attachments.id"), what)),
    ),
  };
}

/**
 * Compiles the same decision for many questions of many people, on PostgreSQL only: there a statement costs a round trip, so
 * questions that come together share one (postgres-access.ts). SQLite is in the process, and asks faster one by one.
 */
export function compileAccessOfMany(db: Kysely<Tables>): AccessStatement {
  return compile("vk_access_of_many", ({ userId: userIds, now, what: attachmentIds }) => {
    const asked = sql<{ user_id: string; attachment_id: string; nth: number }>`
      unnest(${userIds}::text[], ${attachmentIds}::text[]) with ordinality`;
    return attachmentWithRole(db, { userId: sql.ref("asked.user_id"), now })
      .innerJoin(asked.as<"asked">(sql`asked(user_id, attachment_id, nth)`), "asked.attachment_id", "attachments.id")
      .select("asked.nth");
  });
}

/** The parameters of a statement in the order in which its text has them. */
export function bindAccess(
  statement: AccessStatement,
  { userId, now, what }: { userId: unknown; now: number; what: unknown },
): unknown[] {
  const values = [userId, now, what];
  return statement.order.map((index) => values[index]);
}

/** The access queries over compiled statements; `run` says on which connection. */
export function accessQueries(
  statements: AccessStatements,
  { run, engine, clock }: { run: RunAccessStatement; engine: Engine; clock: Clock },
): AccessQueries {
  const ask = (statement: AccessStatement, userId: string, what: unknown) =>
    run(statement, bindAccess(statement, { userId, now: clock(), what }));
  return {
    async note(userId, noteId) {
      const [row] = (await ask(statements.note, userId, noteId)) as WithRole<NotesTable>[];
      return row && { note: toNote(row), role: row.role ?? undefined };
    },

    async attachment(userId, attachmentId) {
      const [row] = (await ask(statements.attachment, userId, attachmentId)) as AttachmentAccessRow[];
      return row && toAttachmentAccess(row);
    },

    async attachments(userId, attachmentIds) {
      const rows = await ask(statements.attachments, userId, engine.list(attachmentIds));
      const found = new Map<string, DownloadAccess>();
      for (const row of rows as DownloadAccessRow[]) found.set(row.id, toDownloadAccess(row));
      return found;
    },
  };
}

export function toAttachmentAccess(row: AttachmentAccessRow): AttachmentAccess {
  return { attachment: toAttachment(row), role: row.role ?? undefined };
}

// A batch reads a hundred rows where one is enough for a page: it takes no column that it has no use for.
const downloadColumns = [
  "attachments.id",
  "attachments.note_id",
  "attachments.owner_id",
  "attachments.object_key",
  "attachments.filename",
  "attachments.content_type",
  "attachments.state",
] as const;
type DownloadColumn = "id" | "note_id" | "owner_id" | "object_key" | "filename" | "content_type" | "state";
type DownloadAccessRow = Pick<AttachmentAccessRow, DownloadColumn | "role">;

function toDownloadAccess(row: DownloadAccessRow): DownloadAccess {
  return {
    attachment: {
      id: row.id,
      noteId: row.note_id,
      ownerId: row.owner_id,
      objectKey: row.object_key,
      filename: row.filename,
      contentType: row.content_type,
      state: row.state,
    },
    role: row.role ?? undefined,
  };
}

type Markers = Question & { what: Expression<string> };

function compile(name: string, build: (markers: Markers) => Compilable): AccessStatement {
  // Each value is stood in for by a marker, so that the compiled parameters tell which value goes where (bindAccess).
  const symbols = [Symbol("userId"), Symbol("now"), Symbol("what")];
  const [userId, now, what] = symbols;
  const markers = { userId: sql<string>`${userId}`, now: sql<number>`${now}`, what: sql<string>`${what}` };
  const { sql: text, parameters } = build(markers).compile();
  return { name, sql: text, order: parameters.map((parameter) => symbols.indexOf(parameter as symbol)) };
}

function attachmentWithRole(db: Kysely<Tables>, question: Question) {
  return db
    .selectFrom("attachments")
    .select(attachmentColumns)
    .select((eb) => roleOnAttachment(eb, { db, ...question }).as("role"));
}

function downloadWithRole(db: Kysely<Tables>, question: Question) {
  return db
    .selectFrom("attachments")
    .select(downloadColumns)
    .select((eb) => roleOnAttachment(eb, { db, ...question }).as("role"));
}

function roleOnNote(eb: ExpressionBuilder<Tables, "notes">, scope: Scope) {
  return eb
    .case()
    .when("notes.owner_id", "=", scope.userId)
    .then(sql.lit("owner"))
    .else(noteShareRole(eb.ref("notes.id"), scope))
    .end();
}

// The owner; else what a live share of its own note says; else a viewer by a live share of this very attachment. Subqueries on
// primary keys rather than joins: each is one descent, it is skipped when an earlier one decides, and no statistics re-plan it.
function roleOnAttachment(eb: ExpressionBuilder<Tables, "attachments">, scope: Scope) {
  const byNote = noteShareRole(eb.ref("attachments.note_id"), scope);
  const byAttachment = scope.db
    .selectFrom("attachment_shares")
    .select(sql.lit("viewer").as("role"))
    .where("attachment_shares.attachment_id", "=", eb.ref("attachments.id"))
    .where("attachment_shares.user_id", "=", scope.userId)
    .where((share) => isLive(share.ref("attachment_shares.expires_at"), scope.now));
  return eb
    .case()
    .when("attachments.owner_id", "=", scope.userId)
    .then(sql.lit("owner"))
    .else(eb.fn.coalesce(byNote, byAttachment))
    .end();
}

function noteShareRole(noteId: Expression<string>, { db, userId, now }: Scope) {
  return db
    .selectFrom("note_shares")
    .select("note_shares.role")
    .where("note_shares.note_id", "=", noteId)
    .where("note_shares.user_id", "=", userId)
    .where((share) => isLive(share.ref("note_shares.expires_at"), now));
}

function isLive(expiresAt: Expression<number | null>, now: Expression<number>) {
  return sql<boolean>`(${expiresAt} is null or ${expiresAt} > ${now})`;
}
