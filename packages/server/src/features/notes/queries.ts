import { CompiledQuery, type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { compile, compiledOnce, type Markers, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Role, ShareRole } from "../../platform/database/unions.ts";
import { fold } from "../../platform/text/readable-text.ts";
import { unlistedStates } from "../access/attachment.ts";
import type { FoundFile, Note, NoteSummary, NoteSummaryWithRole } from "../access/note.ts";
import { isLive, type NoteRow, noteColumns, notInTrash, toNote } from "../access/sql.ts";
import { countListed, deleteAttachmentsOf, shownToViewers } from "../attachments/queries.ts";
import { notesWithUnseenFiles } from "../links/queries/visitor-files.ts";
import { countOpenRequests } from "../sharing/queries/access-requests.ts";
import { type Candidates, MAX_OWNERS, selectCandidates, toCandidates } from "./search-index-queries.ts";

// On SQLite, a list reads only an index, and no body of a note. Two indexes contain exactly these columns and the expression of the
// snippet.
const summaryColumns = ["notes.id", "notes.owner_id", "notes.title", "notes.created_at", "notes.updated_at"] as const;
const snippet = sql<string>`substr(notes.body, 1, 200)`.as("snippet");

type SummaryRow = Omit<NoteRow, "body"> & {
  role?: ShareRole;
  snippet: string;
  attachment_count: number;
  access_request_count?: number;
  is_new: SqlBool;
  has_been_shared?: SqlBool;
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
    hasBeenShared: Boolean(row.has_been_shared ?? true),
  };
}

/** For each note, the result of a search names at most this many files. */
const MAX_FOUND_FILES = 3;
/** A search does not find rejected files, because only the owner of the note and the person who uploaded the file see them. */
const unfoundStates = [...unlistedStates, "rejected"] as const;

/** `search` is undefined inside a transaction. Searches use another connection, which does not see the changes of the transaction. */
type Listing<Row> = { execute: () => Promise<Row[]>; compile: () => CompiledQuery<Row> };
type Matches = (eb: ExpressionBuilder<Tables, "notes">) => Expression<SqlBool>;
type ListRequest = NotePageRequest & { isShared: boolean; userId: string; now: number | undefined };
/** `owners`: finds the owners of the notes that the list can contain. `after`: the id of the last note of the page before. */
type SearchIn = {
  owners: () => Promise<readonly string[]>;
  isShared: boolean;
  text: string;
  limit: number;
  after: string | undefined;
};

const parameters = ["userId", "now", "after", "limit"] as const;
type PageValues = Record<(typeof parameters)[number], unknown>;
/** `after`: the id of the last note of the page before. `now`: an instant in milliseconds. */
type PageMarkers = Markers<(typeof parameters)[number]>;
type PageScope = { db: Kysely<Tables>; engine: Engine; isFirst: boolean; matches?: Matches };

/** The lists without a search, compiled only once, because building and compiling a list takes as long as running it. */
const compiledLists = compiledOnce(compileLists);
type ListStatements = { firstPage: Statement; nextPage: Statement };

/** A file whose name contains the searched text. */
type NamedFile = FoundFile & { noteId: string; isShownToViewers: SqlBool };

/** The conditions for a query that joins the shares of one user. A viewer does not see every file. */
const isViewer = sql<SqlBool>`note_shares.role = 'viewer'`;
const isShown = sql<SqlBool>`(not ${isViewer} or ${shownToViewers})`;

/**
 * `search`: only notes that contain this text in the title, the body or the name of a file that lists show. Ignores case. No character of
 * the text is a wildcard.
 */
type NotePageRequest = PageRequest & { search?: string | undefined };

export const noteQueries = defineQueries("database.notes", ({ kysely: db, engine, search: searches }) => {
  const named = (text: string) =>
    db
      .selectFrom("attachments")
      .where("attachments.state", "not in", unfoundStates)
      .where(notInTrash.attachmentsOfNote)
      .where((eb) => inTime(eb.ref("note_id"), engine.contains(eb.ref("filename_folded"), text)));
  /**
   * The condition that a note contains the text. `files`: all files of the candidates whose names contain it. Undefined: reads the names of
   * the note. `isShared`: the query joins the shares of one user.
   */
  const hasText = (text: string, { files, isShared }: { files?: readonly NamedFile[]; isShared: boolean }): Matches => {
    const isNoteOf = (eb: ExpressionBuilder<Tables, "notes">, found: readonly NamedFile[]) =>
      isOneOf(eb.ref("notes.id"), [...new Set(found.map(({ noteId }) => noteId))]);
    return (eb) => {
      const nameMatches = () => {
        if (files === undefined) {
          const ofNote = named(text).where("attachments.note_id", "=", sql.ref<string>("notes.id"));
          return eb.exists(ofNote.$if(isShared, (query) => query.where(isShown)).select("attachments.id"));
        }
        const matches = isNoteOf(eb, files);
        if (!isShared) return matches;
        const shown = files.filter(({ isShownToViewers }) => isShownToViewers);
        return eb.or([isNoteOf(eb, shown), eb.and([eb.not(isViewer), matches])]);
      };
      const contains = eb.or([
        engine.contains(eb.ref("notes.title_folded"), text),
        engine.contains(eb.ref("notes.body_folded"), text),
        nameMatches(),
      ]);
      return inTime(eb.ref("notes.id"), contains);
    };
  };
  const isOneOf = (column: Expression<string>, ids: readonly string[]) => engine.isIn(column, engine.list(ids));
  const inTime = (noteId: Expression<string>, condition: Expression<SqlBool>) => {
    const isInTime = searches?.inTime?.(noteId);
    // Uses `case`, which is evaluated in order, because the time limit must be checked first. The terms of an `and` may be evaluated in any
    // order.
    return isInTime === undefined ? condition : sql<SqlBool>`case when ${isInTime} then ${condition} end`;
  };
  // Only a search needs the time limit, because it may read all texts. A list without a search reads only one page.
  const run = <Row>(listing: Listing<Row>): Promise<Row[]> =>
    searches === undefined ? listing.execute() : searches.run(listing.compile());
  const execute = async <Row>(query: CompiledQuery<Row>): Promise<Row[]> =>
    searches === undefined ? (await db.executeQuery(query)).rows : searches.run(query);
  const findCandidates = async (owners: readonly string[], text: string): Promise<Candidates | undefined> => {
    if (owners.length === 0) return new Map();
    const query = selectCandidates(db, engine, { owners, text });
    return query && toCandidates(await execute(query), owners);
  };
  /** Finds the first files of each note whose names contain the text, and the first of those that viewers see. */
  const findNamed = async (text: string, { ids, column }: { ids: readonly string[]; column: "id" | "note_id" }) => {
    if (ids.length === 0) return [];
    const all = named(text)
      .select(["id", "note_id as noteId", "filename", shownToViewers.as("isShownToViewers")])
      .select(sql<number>`row_number() over (partition by note_id, ${shownToViewers} order by id)`.as("nth"))
      .where((eb) => isOneOf(eb.ref(column), ids));
    const first = db.selectFrom(all.as("named")).select(["id", "noteId", "filename", "isShownToViewers"]).orderBy("id");
    return await run(first.where("nth", "<=", MAX_FOUND_FILES));
  };
  /**
   * Selects the notes with the searched text, and files whose names contain it. Reads the texts of the candidates in the order of the list,
   * until the page is full. The candidates come from an earlier query, which saw all earlier commits.
   */
  const search = async <Row extends { id: string }>(
    select: (matches: Matches) => Listing<Row>,
    { owners, isShared, text, limit, after }: SearchIn,
  ): Promise<{ rows: Row[]; files?: NamedFile[] }> => {
    const candidates = await findCandidates(await owners(), text);
    if (candidates === undefined) {
      const rows = await run(select(hasText(text, { isShared })));
      return { rows, files: await findNamed(text, { ids: rows.map(({ id }) => id), column: "note_id" }) };
    }
    const noteIds = [...candidates.keys()].filter((id) => after === undefined || id < after);
    noteIds.sort().reverse();
    const rows: Row[] = [];
    const files: NamedFile[] = [];
    for (let [start, size] = [0, 2 * (limit + 1)]; start < noteIds.length && rows.length <= limit; size *= 16) {
      const chunk = noteIds.slice(start, start + size);
      const ids = chunk.flatMap((id) => candidates.get(id) ?? []);
      const found = await findNamed(text, { ids, column: "id" });
      const matches: Matches = (eb) =>
        eb.and([isOneOf(eb.ref("notes.id"), chunk), hasText(text, { files: found, isShared })(eb)]);
      rows.push(...(await run(select(matches))));
      files.push(...found);
      start += size;
    }
    return { rows, files };
  };
  /** Adds to each note the first files whose names contain the searched text. */
  const withFoundFiles = <Summary extends NoteSummary & { role?: Role }>(
    page: Page<Summary>,
    files: readonly NamedFile[] | undefined,
  ): Page<Summary> => {
    if (files === undefined) return page;
    const found = Map.groupBy(files, ({ noteId }) => noteId);
    const filesOf = ({ id, role }: Summary): FoundFile[] | undefined => {
      const seen = found.get(id)?.filter(({ isShownToViewers }) => role !== "viewer" || isShownToViewers) ?? [];
      return seen.length === 0
        ? undefined
        : seen.slice(0, MAX_FOUND_FILES).map(({ id, filename }) => ({ id, filename }));
    };
    return { ...page, items: page.items.map((note) => ({ ...note, foundFiles: filesOf(note) })) };
  };
  const list = async ({
    isShared,
    userId,
    now,
    ...request
  }: ListRequest): Promise<{ rows: SummaryRow[]; files?: NamedFile[] }> => {
    const after = decodeCursor(request.cursor);
    const values: PageValues = { userId, now, after, limit: request.limit + 1 };
    const select = isShared ? selectShared : selectOwned;
    if (request.search === undefined) {
      const { firstPage, nextPage } = compiledLists({ kysely: db, engine })[isShared ? "shared" : "owned"];
      const { sql: text, parameters } = after === undefined ? firstPage : nextPage;
      const compiled = CompiledQuery.raw(
        text,
        parameters.map((name) => values[name as keyof PageValues]),
      );
      return { rows: (await db.executeQuery<SummaryRow>(compiled)).rows };
    }
    const sharers = db.selectFrom("note_sharers").select("owner_id").where("user_id", "=", userId);
    const owners = async () => {
      if (!isShared) return [userId];
      return (await run(sharers.limit(MAX_OWNERS + 1))).map((row) => row.owner_id);
    };
    const given = Object.fromEntries(parameters.map((name) => [name, sql`${values[name]}`])) as PageMarkers;
    return search(
      (matches): Listing<SummaryRow> => select(given, { db, engine, isFirst: after === undefined, matches }),
      { owners, isShared, text: fold(request.search), limit: request.limit, after },
    );
  };
  return {
    async insert(note: Note) {
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

    /**
     * Changes a note and returns it. The new `updatedAt` is the given instant, but at least one millisecond after the previous `updatedAt`.
     * If `ifUpdatedAt` is set, changes the note only if its last change was at that instant. Returns undefined if it changed nothing, or if
     * the note is deleted.
     */
    async update(
      noteId: string,
      {
        title,
        body,
        updatedAt,
        ifUpdatedAt,
      }: { title?: string; body?: string; updatedAt: number; ifUpdatedAt?: number | undefined },
    ): Promise<Note | undefined> {
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

    /**
     * Deletes the note with its attachments, uploads and shares. The caller must have locked the note, and must queue the deletion of the
     * objects.
     */
    async delete(noteId: string) {
      await deleteAttachmentsOf(db, noteId);
      await db.deleteFrom("shared_subjects").where("note_id", "=", noteId).execute();
      await db.deleteFrom("notes").where("id", "=", noteId).execute();
    },

    /** Lists the notes that a user owns. Does not read the bodies of the notes. */
    async listOwned(userId: string, request: NotePageRequest): Promise<Page<NoteSummary>> {
      const { rows, files } = await list({ ...request, userId, now: undefined, isShared: false });
      return withFoundFiles(toPage(rows.map(toSummary), request.limit), files);
    },

    /** Lists the notes that are shared with this user through a valid share, newest first. */
    async listShared(
      userId: string,
      request: NotePageRequest & { now: number },
    ): Promise<Page<Omit<NoteSummaryWithRole, "access">>> {
      const { rows, files } = await list({ ...request, userId, isShared: true });
      const notes = rows.map((row) => ({ ...toSummary(row), role: row.role as ShareRole }));
      return withFoundFiles(toPage(notes, request.limit), files);
    },
  };
});

function compileLists(db: Kysely<Tables>, engine: Engine) {
  const pages = (select: typeof selectOwned | typeof selectShared): ListStatements => {
    const page = (isFirst: boolean) =>
      compile({ name: "list of notes", rows: "many", parameters }, (given) => select(given, { db, engine, isFirst }));
    return { firstPage: page(true), nextPage: page(false) };
  };
  return { owned: pages(selectOwned), shared: pages(selectShared) };
}

function selectOwned({ userId, after, limit }: PageMarkers, { db, isFirst, matches }: PageScope) {
  const subjects = db.selectFrom("shared_subjects").select("subject_id");
  return db
    .selectFrom("notes")
    .select([...summaryColumns, snippet])
    .select((eb) => countListed(db, eb.ref("notes.id")).$asScalar().$notNull().as("attachment_count"))
    .select((eb) => countOpenRequests(db, eb.ref("notes.id")).$asScalar().$notNull().as("access_request_count"))
    .select((eb) => eb("notes.id", "in", notesWithUnseenFiles(db, userId)).as("is_new"))
    .select((eb) => eb.exists(subjects.where("shared_subjects.note_id", "=", eb.ref("notes.id"))).as("has_been_shared"))
    .where("owner_id", "=", userId)
    .where(notInTrash.notes)
    .$if(!isFirst, (query) => query.where("id", "<", after))
    .$if(matches !== undefined, (query) => query.where(matches as Matches))
    .orderBy("id", "desc")
    .limit(limit);
}

function selectShared({ userId, now, after, limit }: PageMarkers, { db, engine, isFirst, matches }: PageScope) {
  return db
    .selectFrom("note_shares")
    .innerJoin(engine.summaries, "notes.id", "note_shares.note_id")
    .select([...summaryColumns, snippet])
    .select((eb) => countListed(db, eb.ref("notes.id"), isViewer).$asScalar().$notNull().as("attachment_count"))
    .select("note_shares.role")
    .select((eb) => eb("note_shares.seen_at", "is", null).as("is_new"))
    .where("note_shares.user_id", "=", userId)
    .where(notInTrash.notes)
    .where((eb) => isLive(eb.ref("note_shares.expires_at"), now))
    .$if(!isFirst, (query) => query.where("note_shares.note_id", "<", after))
    .$if(matches !== undefined, (query) => query.where(matches as Matches))
    .orderBy("note_shares.note_id", "desc")
    .limit(limit);
}
