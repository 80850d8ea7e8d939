import { type Compilable, type Expression, type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Role } from "../domain/access.ts";
import type { AccessQueries, AttachmentAccess, Clock } from "../usecases/ports.ts";
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

/** Compiles the access queries for one engine; `db` is not asked for anything. */
export function compileAccess(db: Kysely<Tables>, engine: Engine): AccessStatements {
  return {
    note: compile("vk_access_note", (question, noteId) =>
      db
        .selectFrom("notes")
        .select(noteColumns)
        .select((eb) => roleOnNote(eb, { db, ...question }).as("role"))
        .where("notes.id", "=", sql<string>`${noteId}`),
    ),
    attachment: compile("vk_access_attachment", (question, attachmentId) =>
      attachmentWithRole(db, question).where("attachments.id", "=", sql<string>`${attachmentId}`),
    ),
    attachments: compile("vk_access_attachments", (question, attachmentIds) =>
      attachmentWithRole(db, question).where((eb) => engine.isIn(eb.ref("attachments.id"), attachmentIds)),
    ),
  };
}

/** The access queries over compiled statements; `run` says on which connection. */
export function accessQueries(
  statements: AccessStatements,
  { run, engine, clock }: { run: RunAccessStatement; engine: Engine; clock: Clock },
): AccessQueries {
  const ask = (statement: AccessStatement, userId: string, what: unknown) => {
    const values = [userId, clock(), what];
    return run(
      statement,
      statement.order.map((index) => values[index]),
    );
  };
  return {
    async note(userId, noteId) {
      const [row] = (await ask(statements.note, userId, noteId)) as WithRole<NotesTable>[];
      return row && { note: toNote(row), role: row.role ?? undefined };
    },

    async attachment(userId, attachmentId) {
      const [row] = (await ask(statements.attachment, userId, attachmentId)) as WithRole<AttachmentsTable>[];
      return row && toAttachmentAccess(row);
    },

    async attachments(userId, attachmentIds) {
      const rows = await ask(statements.attachments, userId, engine.list(attachmentIds));
      return new Map((rows as WithRole<AttachmentsTable>[]).map((row) => [row.id, toAttachmentAccess(row)]));
    },
  };
}

function toAttachmentAccess(row: WithRole<AttachmentsTable>): AttachmentAccess {
  return { attachment: toAttachment(row), role: row.role ?? undefined };
}

function compile(name: string, build: (question: Question, what: unknown) => Compilable): AccessStatement {
  // Each value is stood in for by a marker, so that the compiled parameters tell which value goes where.
  const markers = [Symbol("userId"), Symbol("now"), Symbol("what")];
  const question = { userId: sql<string>`${markers[0]}`, now: sql<number>`${markers[1]}` };
  const { sql: text, parameters } = build(question, markers[2]).compile();
  return { name, sql: text, order: parameters.map((parameter) => markers.indexOf(parameter as symbol)) };
}

function attachmentWithRole(db: Kysely<Tables>, question: Question) {
  return db
    .selectFrom("attachments")
    .select(attachmentColumns)
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
