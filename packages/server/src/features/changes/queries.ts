import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import { compile, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AuditAction } from "../../platform/database/unions.ts";
import { isLive, notInTrash, roleOnNote } from "../access/sql.ts";

/** The maximum number of events that a query reads, so that its time does not depend on the size of the audit log. */
const RECENT_EVENTS = 100;

/** The queries skip URL events, because no list shows them, and they are much more frequent than other events. */
const URL_EVENTS: AuditAction[] = ["url.issued", "url.refused"];

/** The events that change what every reader of a note sees. */
const NOTE_EVENTS: AuditAction[] = [
  "note.updated",
  "attachment.uploaded",
  "attachment.adopted",
  "attachment.accepted",
  "attachment.renamed",
  "attachment.moved",
  "attachment.copied",
  "attachment.deleted",
  "attachment.restored",
  "link.received",
];

const list = (actions: readonly AuditAction[]) => sql.join(actions.map((action) => sql.lit(action)));
const parameters = ["userId", "now", "noteId"] as const;

/** The compiled statement for each engine. Each open page runs the statement every two seconds, so the service compiles it only once. */
const statements = new WeakMap<Engine, Statement>();

/** One text for each part of a user's data, which changes together with the part (features/changes/index.ts). */
type PartTexts = { own: string; shared: string; note: string };

export const changeQueries = defineQueries("database.changes", ({ kysely: db, engine, clock, run }) => ({
  /** Runs one short query, which does not become slower as the audit log grows. `noteId`: the note that the user has open. */
  async describe(userId: string, noteId: string | undefined = ""): Promise<PartTexts> {
    const statement = statements.get(engine) ?? compileChanges(db, engine);
    statements.set(engine, statement);
    const [values = []] = await run(statement, [userId, clock(), noteId]);
    const [own, notes, files, role, events, previews, disabledAt] = values;
    // The text `own` contains `disabledAt`, so that it changes when an administrator disables the user. The page of the user then sends a
    // request, which the service refuses.
    return {
      own: `${own} ${disabledAt}`,
      shared: `${notes} ${files}`,
      note: role === null ? "" : `${role} ${events} ${previews}`,
    };
  },
}));

function compileChanges(db: Kysely<Tables>, engine: Engine): Statement {
  return compile({ name: "vk_changes", rows: "one", parameters }, ({ userId, now, noteId }) =>
    db.selectNoFrom([
      recentEvents(db, { column: "owner_id", value: userId, userId })
        .where(sql<SqlBool>`action not in (${list(URL_EVENTS)})`)
        .as("own"),
      liveShares(db, "note_shares", { userId, now }).as("notes"),
      liveShares(db, "attachment_shares", { userId, now }).as("files"),
      db
        .selectFrom("notes")
        .select((eb) => roleOnNote(eb, { db, engine, userId, now }).as("role"))
        .where("notes.id", "=", noteId)
        .where(notInTrash.notes)
        .as("role"),
      recentEvents(db, { column: "note_id", value: noteId, userId })
        .where(sql<SqlBool>`action in (${list(NOTE_EVENTS)})`)
        .as("events"),
      previewsOf(db, noteId).as("previews"),
      db.selectFrom("disabled_users").select("disabled_at").where("user_id", "=", userId).as("disabled_at"),
    ]),
  );
}

/** Selects a number that changes with the previews of a note, because no event reports previews. An index has all previews of a note. */
function previewsOf(db: Kysely<Tables>, noteId: Text) {
  return db
    .selectFrom("attachments")
    .select(sql<number | null>`sum(length(previews))`.as("previews"))
    .where("note_id", "=", noteId)
    .where("previews", "is not", null);
}

type Text = Expression<string>;
type Recent = { column: "owner_id" | "note_id"; value: Text; userId: Text };

/** Selects the ids of recent events that other people caused, because a page already shows what its own user does. */
function recentEvents(db: Kysely<Tables>, { column, value, userId }: Recent) {
  const events = db
    .selectFrom("audit_events")
    .select(["id", "action", "actor_id"])
    .where(column, "=", value)
    .where("is_routine", "=", sql.lit(0))
    .orderBy("id", "desc")
    .limit(sql.lit(RECENT_EVENTS));
  return db
    .selectFrom(events.as("recent"))
    .select(sql<string | null>`string_agg(id, ',' order by id)`.as("ids"))
    .where("actor_id", "!=", userId);
}

type Shares = "note_shares" | "attachment_shares";

/** Selects a text that changes with the live shares of a user. Each change of a share sets its `created_at`. */
function liveShares(db: Kysely<Tables>, table: Shares, { userId, now }: { userId: Text; now: Expression<number> }) {
  return db
    .selectFrom(table)
    .select(sql<string>`concat(count(*), ':', sum(created_at))`.as("shares"))
    .where("user_id", "=", userId)
    .where((eb) => isLive(eb.ref("expires_at"), now));
}
