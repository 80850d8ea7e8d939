import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

const OF_ATTACHMENT = "select note_id, new.attachment_id from attachments where id = new.attachment_id";

/** The tables that give access, and the row of `shared_subjects` for each of their new rows. */
const SOURCES = {
  note_shares: "values (new.note_id, new.note_id)",
  attachment_shares: OF_ATTACHMENT,
  invitations: "values (new.note_id, new.subject_id)",
  links: "values (new.note_id, new.note_id)",
};

/**
 * Adds the notes and files that have ever been shared. A list of notes then counts access only for these notes, and finds the shared files of
 * a note without reading all its files. Triggers add the rows, because a replica of the version before does not know this table.
 * `links.idempotency_key` lets a repeated request find the link that the first request made.
 */
export function sharing(engine: EngineName): Migration {
  const { id } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable("links").addColumn("idempotency_key", id).execute();
      await db.schema
        .createTable("shared_subjects")
        // Has no foreign key, because the check would lock the note after its file. A deletion locks the note first.
        .addColumn("note_id", id, (c) => c.notNull())
        .addColumn("subject_id", id, (c) => c.notNull())
        .addPrimaryKeyConstraint("shared_subjects_pk", ["note_id", "subject_id"])
        .modifyEnd(keyedTable(engine))
        .execute();
      for (const [table, row] of Object.entries(SOURCES)) {
        const add = sql.raw(`insert into shared_subjects (note_id, subject_id) ${row} on conflict do nothing;`);
        const trigger = sql.raw(`create trigger ${table}_subject after insert on ${table}`);
        if (engine === "sqlite") {
          await sql`${trigger} begin ${add} end`.execute(db);
          continue;
        }
        const name = sql.raw(`add_subject_of_${table}`);
        await sql`
          create function ${name}() returns trigger language plpgsql as $$
          begin
            ${add}
            return null;
          end $$`.execute(db);
        await sql`${trigger} for each row execute function ${name}()`.execute(db);
      }
      // The triggers exist before this statement, so no row can be missing.
      await sql`
        insert into shared_subjects (note_id, subject_id)
        select note_id, note_id from note_shares
        union select note_id, attachment_id from attachment_shares join attachments on id = attachment_id
        union select note_id, subject_id from invitations
        union select note_id, note_id from links`.execute(db);
    },
  };
}
