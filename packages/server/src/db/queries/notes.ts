import {
  type CompiledQuery,
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type Selectable,
  type SqlBool,
  sql,
} from "kysely";
import type { Role } from "../../domain/access.ts";
import { unlistedStates } from "../../domain/attachment.ts";
import { fold } from "../../domain/fold.ts";
import type { FoundFile, Note, NoteSummary } from "../../domain/note.ts";
import type { NoteQueries, Page } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import type { Search } from "../search.ts";
import { countOpenRequests } from "./access-requests.ts";
import { countListed, deleteAttachmentsOf, shownToViewers } from "./attachments.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import { isLive } from "./live-share.ts";
import { notInTrash } from "./not-in-trash.ts";
import { notesWithUnseenFiles } from "./visitor-files.ts";

export const noteColumns = [
  "notes.id",
  "notes.owner_id",
  "notes.title",
  "notes.body",
  "notes.created_at",
  "notes.updated_at",
] as const;

export type NoteRow = Omit<Selectable<Tables["notes"]>, "title_folded" | "body_folded" | "trash_id">;

export function toNote(row: NoteRow): Note {
  return {
    id: row.id,
    ownerId: row.owner_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

// On SQLite, two indexes contain exactly these columns and the expression of the snippet. So a list reads only an index, and no body of a
// note.
const summaryColumns = ["notes.id", "notes.owner_id", "notes.title", "notes.created_at", "notes.updated_at"] as const;
const snippet = sql<string>`substr(notes.body, 1, 200)`.as("snippet");

type SummaryRow = Omit<NoteRow, "body"> & {
  snippet: string;
  attachment_count: number;
  access_request_count?: number;
  is_new: SqlBool;
};

function toSummary(row: SummaryRow): NoteSummary {
  return {
    id: row.id,
    ownerId: row.owner_id,
    title: row.title,
    snippet: row.snippet,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    attachmentCount: row.attachment_count,
    accessRequestCount: row.access_request_count ?? 0,
    // On SQLite, a comparison returns a number.
    isNew: Boolean(row.is_new),
  };
}

/** For each note, the result of a search names at most this many files. */
const MAX_FOUND_FILES = 3;
/** A search does not find rejected files, because only the owner of the note and the person who uploaded the file see them. */
const unfoundStates = [...unlistedStates, "rejected"] as const;

/** `search` is undefined inside a transaction. Searches use another connection, which does not see the changes of the transaction. */
type Given = { engine: Engine; search: Search | undefined };
type Listing<Row> = { execute: () => Promise<Row[]>; compile: () => CompiledQuery<Row> };

export function noteQueries(db: Kysely<Tables>, { engine, search: searches }: Given): NoteQueries {
  const hasText = (search: string, isShown?: Expression<SqlBool>) => (eb: ExpressionBuilder<Tables, "notes">) => {
    const text = fold(search);
    const named = eb
      .selectFrom("attachments")
      .select("attachments.id")
      .whereRef("attachments.note_id", "=", "notes.id")
      .where("attachments.state", "not in", unfoundStates)
      .where(notInTrash.attachmentsOfNote)
      .$if(isShown !== undefined, (query) => query.where(isShown as Expression<SqlBool>))
      .where((file) => engine.contains(file.ref("attachments.filename_folded"), text));
    const contains = eb.or([
      engine.contains(eb.ref("notes.title_folded"), text),
      engine.contains(eb.ref("notes.body_folded"), text),
      eb.exists(named),
    ]);
    return inTime(eb.ref("notes.id"), contains);
  };
  const inTime = (noteId: Expression<string>, condition: Expression<SqlBool>) => {
    const isInTime = searches?.inTime?.(noteId);
    // Uses `case`, which is evaluated in order, because the time limit must be checked first. The terms of an `and` may be evaluated in any
    // order.
    return isInTime === undefined ? condition : sql<SqlBool>`case when ${isInTime} then ${condition} end`;
  };
  // Only a search needs the time limit, because it may read all texts. A list without a search reads only one page.
  const run = <Row>(listing: Listing<Row>, search: string | undefined): Promise<Row[]> =>
    search === undefined || searches === undefined ? listing.execute() : searches.run(listing.compile());
  /** Adds to each note the files whose names contain the searched text. */
  const withFoundFiles = async <Summary extends NoteSummary & { role?: Role }>(
    page: Page<Summary>,
    search: string | undefined,
  ) => {
    if (search === undefined || page.items.length === 0) return page;
    const noteIds = engine.list(page.items.map(({ id }) => id));
    const viewedIds = engine.list(page.items.filter(({ role }) => role === "viewer").map(({ id }) => id));
    const named = db
      .selectFrom("attachments")
      .select(["id", "note_id", "filename"])
      .select(sql<number>`row_number() over (partition by note_id order by id)`.as("nth"))
      .where((eb) => engine.isIn(eb.ref("note_id"), noteIds))
      .where("state", "not in", unfoundStates)
      .where(notInTrash.attachmentsOfNote)
      .where((eb) => eb.or([shownToViewers, eb.not(engine.isIn(eb.ref("note_id"), viewedIds))]))
      .where((eb) => inTime(eb.ref("note_id"), engine.contains(eb.ref("filename_folded"), fold(search))));
    const first = db.selectFrom(named.as("named")).select(["id", "note_id", "filename"]).orderBy("id");
    const rows = await run(first.where("nth", "<=", MAX_FOUND_FILES), search);
    const found = Map.groupBy(rows, (row) => row.note_id);
    const filesOf = (noteId: string): FoundFile[] | undefined =>
      found.get(noteId)?.map(({ id, filename }) => ({ id, filename }));
    return { ...page, items: page.items.map((note) => ({ ...note, foundFiles: filesOf(note.id) })) };
  };
  return {
    async insert(note) {
      await db
        .insertInto("notes")
        .values({
          id: note.id,
          owner_id: note.ownerId,
          title: note.title,
          body: note.body,
          title_folded: fold(note.title),
          body_folded: fold(note.body),
          created_at: note.createdAt,
          updated_at: note.updatedAt,
        })
        .execute();
    },

    async update(noteId, { title, body, updatedAt, ifUpdatedAt }) {
      // Uses one statement. If another transaction is changing the row, PostgreSQL waits for that transaction, and then reads the row
      // again.
      const row = await db
        .updateTable("notes")
        .set((eb) => ({
          updated_at: eb
            .case()
            .when("updated_at", "<", updatedAt)
            .then(updatedAt)
            .else(eb("updated_at", "+", 1))
            .end(),
          ...(title === undefined ? {} : { title, title_folded: fold(title) }),
          ...(body === undefined ? {} : { body, body_folded: fold(body) }),
        }))
        .where("id", "=", noteId)
        .where(notInTrash.notes)
        .$if(ifUpdatedAt !== undefined, (query) => query.where("updated_at", "=", ifUpdatedAt as number))
        .returning(noteColumns)
        .executeTakeFirst();
      return row && toNote(row);
    },

    async hold(noteId) {
      const row = await db
        .selectFrom("notes")
        .select("id")
        .where("id", "=", noteId)
        .where(notInTrash.notes)
        // SQLite has no `for update` and needs no lock, because a transaction on SQLite is the only writer from its start.
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row !== undefined;
    },

    async delete(noteId) {
      await deleteAttachmentsOf(db, noteId);
      await db.deleteFrom("notes").where("id", "=", noteId).execute();
    },

    async titlesOf(noteIds) {
      const rows = await db
        .selectFrom("notes")
        .select(["id", "title"])
        .where((eb) => engine.isIn(eb.ref("id"), engine.list(noteIds)))
        .where(notInTrash.notes)
        .execute();
      return new Map(rows.map((row) => [row.id, row.title]));
    },

    async listOwned(userId, { limit, cursor, search }) {
      const after = decodeCursor(cursor);
      const listing = db
        .selectFrom("notes")
        .select([...summaryColumns, snippet])
        .select((eb) => countListed(db, eb.ref("notes.id")).$asScalar().$notNull().as("attachment_count"))
        .select((eb) => countOpenRequests(db, eb.ref("notes.id")).$asScalar().$notNull().as("access_request_count"))
        .select((eb) => eb("notes.id", "in", notesWithUnseenFiles(db, userId)).as("is_new"))
        .where("owner_id", "=", userId)
        .where(notInTrash.notes)
        .$if(after !== undefined, (query) => query.where("id", "<", after as string))
        .$if(search !== undefined, (query) => query.where(hasText(search as string)))
        .orderBy("id", "desc")
        .limit(limit + 1);
      return withFoundFiles(toPage((await run(listing, search)).map(toSummary), limit), search);
    },

    async listShared(userId, { limit, cursor, search, now }) {
      const after = decodeCursor(cursor);
      const isViewer = sql<SqlBool>`note_shares.role = 'viewer'`;
      const isShown = sql<SqlBool>`(not ${isViewer} or ${shownToViewers})`;
      const listing = db
        .selectFrom("note_shares")
        .innerJoin(engine.summaries, "notes.id", "note_shares.note_id")
        .select([...summaryColumns, snippet])
        .select((eb) => countListed(db, eb.ref("notes.id"), isViewer).$asScalar().$notNull().as("attachment_count"))
        .select("note_shares.role")
        .select((eb) => eb("note_shares.seen_at", "is", null).as("is_new"))
        .where("note_shares.user_id", "=", userId)
        .where(notInTrash.notes)
        .where((eb) => isLive(eb.ref("note_shares.expires_at"), now))
        .$if(after !== undefined, (query) => query.where("note_shares.note_id", "<", after as string))
        .$if(search !== undefined, (query) => query.where(hasText(search as string, isShown)))
        .orderBy("note_shares.note_id", "desc")
        .limit(limit + 1);
      const rows = await run(listing, search);
      const notes = rows.map((row) => ({ ...toSummary(row), role: row.role }));
      return withFoundFiles(toPage(notes, limit), search);
    },
  };
}
