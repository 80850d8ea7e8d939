import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { fold } from "../../text/fold.ts";
import type { EngineName } from "../engine.ts";
import { columnTypesOf } from "./column-types.ts";

const ROWS_AT_ONCE = 200;

type Folded = {
  notes: { id: string; title: string; body: string; title_folded: string; body_folded: string };
  attachments: { id: string; filename: string; filename_folded: string };
};

/**
 * Stores each text also in the form for searches. The engines can't compute this form: SQLite ignores the case of ASCII letters only, and
 * PostgreSQL uses the locale of the database.
 */
export function search(engine: EngineName): Migration {
  const { text } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const [table, column] of [
        ["notes", "title_folded"],
        ["notes", "body_folded"],
        ["attachments", "filename_folded"],
      ] as const) {
        await db.schema
          .alterTable(table)
          .addColumn(column, text, (c) => c.notNull().defaultTo(""))
          .execute();
      }
      await foldNotes(db as Kysely<Folded>);
      await foldAttachments(db as Kysely<Folded>);
    },
  };
}

async function foldNotes(db: Kysely<Folded>): Promise<void> {
  for (let after = ""; ; ) {
    const page = db.selectFrom("notes").select(["id", "title", "body"]).where("id", ">", after);
    const rows = await page.orderBy("id").limit(ROWS_AT_ONCE).execute();
    for (const { id, title, body } of rows) {
      const folded = { title_folded: fold(title), body_folded: fold(body) };
      await db.updateTable("notes").set(folded).where("id", "=", id).execute();
      after = id;
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

async function foldAttachments(db: Kysely<Folded>): Promise<void> {
  for (let after = ""; ; ) {
    const page = db.selectFrom("attachments").select(["id", "filename"]).where("id", ">", after);
    const rows = await page.orderBy("id").limit(ROWS_AT_ONCE).execute();
    for (const { id, filename } of rows) {
      const folded = { filename_folded: fold(filename) };
      await db.updateTable("attachments").set(folded).where("id", "=", id).execute();
      after = id;
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}
