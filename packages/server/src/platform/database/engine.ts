import {
  type AliasedRawBuilder,
  type Expression,
  type Kysely,
  type RawBuilder,
  type Selectable,
  type SqlBool,
  sql,
} from "kysely";
import type { Tables } from "./schema.ts";

export type EngineName = "sqlite" | "postgres";

/** The user of the database: the service with its own accounts, or an application that embeds Valet Key. */
export type DatabaseUser = "service" | "embedding";

/** The differences between the database engines that queries must know. */
export type Engine = {
  name: EngineName;
  /** Whether the database has the tables that an embedding does not need, such as the tables of shares, mails and webhooks. */
  hasServiceTables: boolean;
  /** Converts a list of texts to one parameter, so that the SQL does not depend on the length of the list. */
  list(values: readonly string[]): unknown;
  /** Builds the condition that `column` is one of the texts in `list`, which must be a result of the method `list`. */
  isIn(column: Expression<string>, list: unknown): RawBuilder<SqlBool>;
  /**
   * Builds the condition that `column` contains a text. Does not use LIKE, because its wildcards and its treatment of upper and lower case
   * differ between the engines.
   */
  contains(column: Expression<string>, text: string): RawBuilder<SqlBool>;
  /** The table of notes, for a search by id. Queries may read only the columns that a list of notes shows, and the name of the item. */
  summaries: AliasedRawBuilder<Selectable<Tables["notes"]>, "notes">;
  /** Selects the `note_id` and the `doc_id` of the documents that have all terms of at least one group. */
  docsWith(groups: readonly (readonly number[])[]): RawBuilder<unknown>;
  /** Stores documents in the search index. Replaces documents with the same ids. */
  putDocs(db: Kysely<Tables>, docs: readonly SearchDoc[]): Promise<void>;
};

/** A document in the search index. `terms`: see features/notes/search-index-queries.ts. */
export type SearchDoc = { docId: string; noteId: string; terms: readonly number[] };

/**
 * Builds the condition that one of the columns contains a text, in upper or lower case. SQLite ignores the case of ASCII letters only.
 * SQLite finds other letters only in lower case, or exactly as stored.
 */
export function containsText(engine: Engine, columns: readonly string[], text: string): RawBuilder<SqlBool> {
  const conditions = columns.flatMap((column) => {
    const stored = sql<string>`coalesce(${sql.ref(column)}, '')`;
    return [engine.contains(sql`lower(${stored})`, text.toLowerCase()), engine.contains(stored, text)];
  });
  return sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;
}

// SQLite has no arrays, so a list is a JSON text.
export const sqliteEngine: Engine = {
  name: "sqlite",
  hasServiceTables: true,
  list: (values) => JSON.stringify(values),
  isIn: (column, list) => sql<SqlBool>`${column} in (select value from json_each(${list}))`,
  contains: (column, text) => sql<SqlBool>`instr(${column}, ${text}) > 0`,
  // The SQL names the index. Without this name, SQLite would search by the primary key, and read the whole row with the body of the note.
  summaries: sql<Selectable<Tables["notes"]>>`notes`.as<"notes">(sql`notes indexed by notes_summary`),
  docsWith: (groups) => sql`
    select search_docs.note_id, search_docs.doc_id
    from search_terms cross join search_docs on search_docs.id = search_terms.rowid
    where search_terms match ${groups.map((terms) => `(${terms.map(toWord).join(" AND ")})`).join(" OR ")}`,
  async putDocs(db, docs) {
    const list = JSON.stringify(docs.map(({ docId, noteId, terms }) => [docId, noteId, terms.map(toWord).join(" ")]));
    await sql`
      insert into search_docs (doc_id, note_id) select value ->> 0, value ->> 1 from json_each(${list}) where true
      on conflict (doc_id) do update set note_id = excluded.note_id`.execute(db);
    await sql`
      insert or replace into search_terms (rowid, terms)
      select search_docs.id, docs.value ->> 2
      from json_each(${list}) as docs cross join search_docs on search_docs.doc_id = docs.value ->> 0`.execute(db);
  },
};

/** Converts a term to a word, because the search index of SQLite contains words. */
function toWord(term: number): string {
  return (term >>> 0).toString(36);
}

export const postgresEngine: Engine = {
  name: "postgres",
  hasServiceTables: true,
  list: (values) => values,
  isIn: (column, list) => sql<SqlBool>`${column} = any(${list}::text[])`,
  contains: (column, text) => sql<SqlBool>`strpos(${column}, ${text}) > 0`,
  summaries: sql<Selectable<Tables["notes"]>>`${sql.table("notes")}`.as("notes"),
  docsWith: (groups) => sql`
    select note_id, doc_id from search_docs
    where ${sql.join(
      groups.map((terms) => sql`terms @> ${terms}::integer[]`),
      sql` or `,
    )}`,
  async putDocs(db, docs) {
    const [ids, notes] = [docs.map(({ docId }) => docId), docs.map(({ noteId }) => noteId)];
    // The terms of each document are the text of an array, because `unnest` would also split nested arrays.
    const terms = docs.map((doc) => `{${doc.terms.join()}}`);
    await sql`
      insert into search_docs (doc_id, note_id, terms)
      select doc_id, note_id, terms::integer[]
      from unnest(${ids}::text[], ${notes}::text[], ${terms}::text[]) as docs (doc_id, note_id, terms)
      on conflict (doc_id) do update set note_id = excluded.note_id, terms = excluded.terms`.execute(db);
  },
};

// The objects are constant, because each engine object has its own compiled statements.
const embeddingEngines: Record<EngineName, Engine> = {
  sqlite: { ...sqliteEngine, hasServiceTables: false },
  postgres: { ...postgresEngine, hasServiceTables: false },
};

export function engineFor(name: EngineName, usedBy: DatabaseUser): Engine {
  if (usedBy === "embedding") return embeddingEngines[name];
  return name === "sqlite" ? sqliteEngine : postgresEngine;
}
