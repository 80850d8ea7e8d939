import { type Kysely, sql } from "kysely";
import type { Engine, SearchDoc } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";

/** The maximum number of candidates that a search reads. If more documents match, reading the notes in their order is faster. */
const MAX_CANDIDATES = 1_500;
/**
 * The maximum number of owners in a search with the index. If more owners share notes with the caller, the search does not use the index.
 */
export const MAX_OWNERS = 64;
/** The number of terms that one search looks up. `all`: for all owners together. `least` and `most`: the limits for each owner. */
const TERMS = { all: 64, least: 3, most: 8 };
const NOTES_AT_ONCE = 5;
const FILES_AT_ONCE = 100;
/** The background job ends a step after this many characters, because on SQLite a step blocks the main thread. */
const CHARACTERS_AT_ONCE = 100_000;

// The database uses the index `attachments_unindexed` only if the query has exactly the condition of this index.
const unindexedFiles = sql<boolean>`
  attachments.state <> 'pending' and attachments.is_indexed is null and attachments.state <> 'aborted'
  and attachments.state <> 'expired' and attachments.state <> 'rejected'`;

/** The ids of the notes that may contain a searched text. For each note, the ids of its files whose names may contain this text. */
export type Candidates = ReadonlyMap<string, readonly string[]>;

/** A row of the result. If there are too many candidates, the result has a single row, in which `note_id` is null. */
type Row = { note_id: string; doc_id: string; owner_id: string | null } | { note_id: null };

/**
 * Builds the query for the candidates of a search in the notes of some owners. The candidates are all matching notes and files, and perhaps
 * some that do not match. Returns undefined if the search can't use the index.
 */
export function selectCandidates(
  db: Kysely<Tables>,
  engine: Engine,
  { owners, text }: { owners: readonly string[]; text: string },
) {
  if (text.length < LEAST_LENGTH || owners.length > MAX_OWNERS) return undefined;
  const max = Math.min(TERMS.most, Math.max(TERMS.least, Math.floor(TERMS.all / owners.length)));
  const groups = owners.flatMap((owner) => [termsOfSearch(owner, text, max), [termOfLongDocs(owner)]]);
  const limit = sql.lit(MAX_CANDIDATES + 1);
  // Each part has its own limit. If a part reaches its limit, the result has too many rows.
  return sql<Row>`
    with found (note_id, doc_id, owner_id) as materialized (
    select note_id, doc_id, null from (${engine.docsWith(groups)} limit ${limit}) as indexed
    union all
    select id, id, null from (
      select id from notes
      where ${engine.isIn(sql.ref("owner_id"), engine.list(owners))} and is_indexed is null limit ${limit}
    ) as changed_notes
    union all
    select note_id, id, owner_id from (
      select note_id, id, owner_id from attachments where ${unindexedFiles} order by id limit ${limit}
    ) as changed_files
    union all
    select attachments.note_id, attachments.id, attachments.owner_id
    from (select attachment_id from uploads where state = 'pending' limit ${limit}) as pending
    join attachments on attachments.id = pending.attachment_id
    )
    select note_id, doc_id, owner_id from found where (select count(*) from found) < ${limit}
    union all
    select null, null, null where (select count(*) from found) >= ${limit}`.compile(db);
}

/** Converts the rows to candidates. Returns undefined if there are too many candidates. */
export function toCandidates(rows: readonly Row[], owners: readonly string[]): Candidates | undefined {
  const candidates = new Map<string, string[]>();
  for (const row of rows) {
    if (row.note_id === null) return undefined;
    const { note_id, doc_id, owner_id } = row;
    if (owner_id !== null && !owners.includes(owner_id)) continue;
    const files = candidates.get(note_id) ?? [];
    if (doc_id !== note_id) files.push(doc_id);
    candidates.set(note_id, files);
  }
  return candidates;
}

/** The search index of notes. A search also reads texts that are not in the index yet, so its result is exact. */
export const searchIndexQueries = defineQueries("database.searchIndex", ({ kysely: db, engine }) => {
  const isPostgres = engine.name === "postgres";
  const store = async (table: "notes" | "attachments", docs: readonly SearchDoc[]) => {
    if (docs.length === 0) return;
    await engine.putDocs(db, docs);
    const ids = engine.list(docs.map(({ docId }) => docId));
    const change = db.updateTable(table).set({ is_indexed: 1 });
    await change.where((eb) => engine.isIn(eb.ref("id"), ids)).execute();
  };
  return {
    /** Adds some changed notes and files to the search index. Returns false if no note or file has changed. */
    async indexSome() {
      const notes = await db
        .selectFrom("notes")
        .select(["id", "owner_id", "title_folded", "body_folded"])
        .where("is_indexed", "is", null)
        .orderBy("owner_id")
        .orderBy("id")
        .limit(NOTES_AT_ONCE)
        // This lock prevents changes of the texts between this query and the end of the transaction.
        .$if(isPostgres, (query) => query.forNoKeyUpdate().skipLocked())
        .execute();
      let characters = 0;
      const docs: SearchDoc[] = [];
      for (const { id, owner_id, title_folded, body_folded } of notes) {
        if (characters > CHARACTERS_AT_ONCE) break;
        characters += body_folded.length;
        docs.push({ docId: id, noteId: id, terms: termsOfDoc(owner_id, [title_folded, body_folded]) });
      }
      await store("notes", docs);
      const files = await db
        .selectFrom("attachments")
        .select(["id", "note_id", "owner_id", "filename_folded"])
        .where(unindexedFiles)
        .orderBy("id")
        .limit(FILES_AT_ONCE)
        .$if(isPostgres, (query) => query.forNoKeyUpdate().skipLocked())
        .execute();
      const filesDocs = files.map(({ id, note_id, owner_id, filename_folded }) => {
        return { docId: id, noteId: note_id, terms: termsOfDoc(owner_id, [filename_folded]) };
      });
      await store("attachments", filesDocs);
      return docs.length + files.length > 0;
    },
  };
});

/** The minimum length of a text that the index can find, in UTF-16 code units. */
const LEAST_LENGTH = 3;

/** For a document with more terms, the index contains only the term of long documents. This limits the time to index a document. */
const MAX_TERMS = 20_000;
const FNV_OFFSET = 2_166_136_261;

/**
 * Returns the terms of a document: a hash of each three consecutive code units. The hash includes the owner, so a search never reads
 * entries of other owners. Different terms can have the same hash, so a document with all terms may still not contain the searched text.
 * The caller must have normalised all texts for searches (platform/text/readable-text.ts).
 */
export function termsOfDoc(ownerId: string, texts: readonly string[]): number[] {
  const seed = hashOf(FNV_OFFSET, ownerId);
  const terms = new Set<number>();
  for (const text of texts) addTerms(terms, { seed, text });
  return terms.size > MAX_TERMS ? [termOfLongDocs(ownerId)] : [...terms];
}

/** Returns terms that every document with this text has, except long documents. Returns at most `max` terms, from all parts of the text. */
function termsOfSearch(ownerId: string, text: string, max: number): number[] {
  // A database stores only well-formed texts.
  const terms = termsOfDoc(ownerId, [text.toWellFormed()]);
  const step = Math.max(1, terms.length / max);
  return Array.from({ length: Math.min(max, terms.length) }, (_, nth) => terms[Math.floor(nth * step)] as number);
}

/** Returns the only term that the index contains for a long document. */
function termOfLongDocs(ownerId: string): number {
  return hashOf(0, ownerId);
}

function addTerms(terms: Set<number>, { seed, text }: { seed: number; text: string }): void {
  for (let start = 0; start + LEAST_LENGTH <= text.length; start += 1) {
    terms.add(hashOf(seed, text, start, start + LEAST_LENGTH));
  }
}

/** Returns the FNV-1a hash of code units as a signed integer. Also mixes the bits at the end. */
function hashOf(seed: number, text: string, start = 0, end = text.length): number {
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return hash ^ (hash >>> 13);
}
