import { CompiledQuery, type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Role, ShareRole } from "../../platform/database/unions.ts";
import { fold } from "../../platform/text/readable-text.ts";
import { unlistedStates } from "../access/attachment.ts";
import type { FoundFile, Note, NoteSummary, NoteSummaryWithRole } from "../access/note.ts";
import { noteColumns, notInTrash, toNote } from "../access/sql.ts";
import { deleteAttachmentsOf, shownToViewers } from "../attachments/queries.ts";
import {
  cursorAfter,
  decodeListCursor,
  isViewer,
  type ListMarkers,
  type ListOrder,
  type ListPart,
  listParameters,
  listStatement,
  type Matches,
  type SummaryRow,
  selectOwned,
  selectShared,
  toSummary,
} from "./list-queries.ts";
import { type Candidates, MAX_OWNERS, selectCandidates, toCandidates } from "./search-index-queries.ts";

/** The maximum number of files that a search result names for each note. */
const MAX_FOUND_FILES = 3;
/** A search in fewer shared notes reads them without the index, because the index would find all documents of their owners. */
const FEW_SHARED = 100;
/** A search does not find rejected files, because only the owner of the note and the sender of the file see them. */
const unfoundStates = [...unlistedStates, "rejected"] as const;

/**
 * A query for a list. Outside of a transaction, a search runs as a compiled query on another connection. In a transaction, it runs on the
 * connection of the transaction, because another connection does not see the changes of the transaction.
 */
type Listing<Row> = { execute: () => Promise<Row[]>; compile: () => CompiledQuery<Row> };
type ListRequest = NotePageRequest & {
  isShared: boolean;
  userId: string;
  now: number | undefined;
  order?: ListOrder | undefined;
};
/**
 * `owners`: returns the owners of all notes that the list can contain, or undefined if the search should not use the index. `after`: the id
 * of the last note of the previous page.
 */
type SearchIn = {
  owners: () => Promise<readonly string[] | undefined>;
  isShared: boolean;
  text: string;
  limit: number;
  after: string | undefined;
};

/** The idempotency key of a request that creates a note. */
type Key = { ownerId: string; idempotencyKey: string };

type NamedFile = FoundFile & { noteId: string; isShownToViewers: SqlBool };

const isShown = sql<SqlBool>`(not ${isViewer} or ${shownToViewers})`;

/**
 * `search`: only notes with this text in the title, the body, or the path and name of a listed file. The search ignores upper and lower
 * case, and has no wildcards.
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
   * Builds the condition that a note contains the text. `files`: all files of the candidate notes whose names contain the text. Undefined:
   * the condition reads the filenames of the note. `isShared`: the query joins the shares of one user.
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
    // The database must check the time limit first. It evaluates the branches of `case` in order, but the terms of an `and` in any order.
    return isInTime === undefined ? condition : sql<SqlBool>`case when ${isInTime} then ${condition} end`;
  };
  // Only a search needs the time limit, because a search may read all texts. Other lists read only one page.
  const run = <Row>(listing: Listing<Row>): Promise<Row[]> =>
    searches === undefined ? listing.execute() : searches.run(listing.compile());
  const execute = async <Row>(query: CompiledQuery<Row>): Promise<Row[]> =>
    searches === undefined ? (await db.executeQuery(query)).rows : searches.run(query);
  const findCandidates = async (
    owners: readonly string[] | undefined,
    text: string,
  ): Promise<Candidates | undefined> => {
    if (owners === undefined) return undefined;
    if (owners.length === 0) return new Map();
    const query = selectCandidates(db, engine, { owners, text });
    return query && toCandidates(await execute(query), owners);
  };
  /** Finds the first files of each note whose names contain the text. For viewers, also finds the first of these files that viewers see. */
  const findNamed = async (text: string, { ids, column }: { ids: readonly string[]; column: "id" | "note_id" }) => {
    if (ids.length === 0) return [];
    const all = named(text)
      .select(["id", "note_id as noteId", "path", "filename", shownToViewers.as("isShownToViewers")])
      .select(sql<number>`row_number() over (partition by note_id, ${shownToViewers} order by id)`.as("nth"))
      .where((eb) => isOneOf(eb.ref(column), ids));
    const first = db
      .selectFrom(all.as("named"))
      .select(["id", "noteId", "path", "filename", "isShownToViewers"])
      .orderBy("id");
    return await run(first.where("nth", "<=", MAX_FOUND_FILES));
  };
  /**
   * Selects the notes with the searched text, and the files whose names contain this text. Reads the texts of the candidate notes in the
   * order of the list, until the page is full. An earlier query has selected the candidates, and saw all earlier commits.
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
        : seen.slice(0, MAX_FOUND_FILES).map(({ id, path, filename }) => ({ id, path, filename }));
    };
    return { ...page, items: page.items.map((note) => ({ ...note, foundFiles: filesOf(note) })) };
  };
  /** Lists the pinned notes, and then all other notes. */
  const list = async ({
    isShared,
    userId,
    now,
    limit,
    order = "created",
    cursor,
  }: ListRequest): Promise<Page<SummaryRow>> => {
    const last = decodeListCursor(cursor, order);
    const read = async (part: ListPart, most: number): Promise<SummaryRow[]> => {
      const after = last?.part === part ? last : undefined;
      const statement = listStatement(db, engine, { isShared, isFirst: after === undefined, order, part });
      const values = { userId, now, after: after?.id, afterKey: after?.key, limit: most };
      const given = statement.parameters.map((name) => values[name as keyof typeof values]);
      return (await db.executeQuery<SummaryRow>(CompiledQuery.raw(statement.sql, given))).rows;
    };
    const pinned = last?.part === "others" ? [] : await read("pinned", limit + 1);
    const others = pinned.length > limit ? [] : await read("others", limit + 1 - pinned.length);
    const items = [...pinned, ...others].slice(0, limit);
    const end = items.at(-1);
    const hasMore = pinned.length + others.length > limit && end !== undefined;
    return { items, nextCursor: hasMore ? cursorAfter(toSummary(end), order) : undefined };
  };
  const find = async ({
    isShared,
    userId,
    now,
    text,
    ...request
  }: ListRequest & { text: string }): Promise<{ rows: SummaryRow[]; files?: NamedFile[] }> => {
    const after = decodeCursor(request.cursor);
    const values = { userId, now, after, afterKey: undefined, limit: request.limit + 1 };
    const select = isShared ? selectShared : selectOwned;
    const sharers = db.selectFrom("note_sharers").select("owner_id").where("user_id", "=", userId);
    const owners = async () => {
      if (!isShared) return [userId];
      const shares = db.selectFrom("note_shares").select("note_id").where("user_id", "=", userId);
      const { length } = await run(shares.orderBy("note_id").limit(FEW_SHARED + 1));
      if (length <= FEW_SHARED) return length === 0 ? [] : undefined;
      return (await run(sharers.limit(MAX_OWNERS + 1))).map((row) => row.owner_id);
    };
    const given = Object.fromEntries(listParameters.map((name) => [name, sql`${values[name]}`])) as ListMarkers;
    const place = { isFirst: after === undefined, order: "created", part: undefined } as const;
    return search((matches): Listing<SummaryRow> => select(given, { db, engine, ...place, matches }), {
      owners,
      isShared,
      text: fold(text),
      limit: request.limit,
      after,
    });
  };
  const pageOf = async <Summary extends NoteSummary & { role?: Role }>(
    request: ListRequest,
    toItem: (row: SummaryRow) => Summary,
  ): Promise<Page<Summary>> => {
    if (request.search === undefined) {
      const { items, nextCursor } = await list(request);
      return { items: items.map(toItem), nextCursor };
    }
    const { rows, files } = await find({ ...request, text: request.search });
    return withFoundFiles(toPage(rows.map(toItem), request.limit), files);
  };
  return {
    async insert(note: Note) {
      await db.insertInto("notes").values(toRow(note)).execute();
    },

    /** Inserts a note with the idempotency key of its request. Returns false if the owner already has a note with this key. */
    async insertOnce(note: Note, idempotencyKey: string): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto("notes")
        .values({ ...toRow(note), idempotency_key: idempotencyKey })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows !== 0n;
    },

    /** Finds the note that the request with this idempotency key created. If this note is in the trash, releases the key. */
    async findByKey({ ownerId, idempotencyKey }: Key): Promise<Note | undefined> {
      const row = await db
        .selectFrom("notes")
        .select([...noteColumns, "notes.trash_id"])
        .where("owner_id", "=", ownerId)
        .where("idempotency_key", "=", idempotencyKey)
        .executeTakeFirst();
      if (row === undefined || row.trash_id === null) return row && toNote(row);
      await db.updateTable("notes").set({ idempotency_key: null }).where("id", "=", row.id).execute();
      return undefined;
    },

    /**
     * Changes and returns a note. The new `updatedAt` is the given instant, but at least one millisecond after the previous `updatedAt`.
     * With `ifUpdatedAt`, changes the note only if its last change was at this instant. Returns undefined if no note was changed.
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
      // A single statement is safe. If another transaction changes the row, PostgreSQL waits for it, and then reads the row again.
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

    /** Deletes a locked note with its attachments, uploads and shares. The caller queues the deletions of the objects. */
    async delete(noteId: string) {
      await deleteAttachmentsOf(db, noteId);
      await db.deleteFrom("shared_subjects").where("note_id", "=", noteId).execute();
      await db.deleteFrom("notes").where("id", "=", noteId).execute();
    },

    /** Lists the notes of an owner, the pinned notes first. Does not read the bodies of the notes. A search ignores pins. */
    async listOwned(
      userId: string,
      request: NotePageRequest & { order?: ListOrder | undefined },
    ): Promise<Page<NoteSummary>> {
      return pageOf({ ...request, userId, now: undefined, isShared: false }, toSummary);
    },

    /** Lists the notes that are shared with this user through a valid share. Pinned notes come first, then the newest notes. */
    async listShared(
      userId: string,
      request: NotePageRequest & { now: number },
    ): Promise<Page<Omit<NoteSummaryWithRole, "access">>> {
      return pageOf({ ...request, userId, isShared: true }, (row) => ({
        ...toSummary(row),
        role: row.role as ShareRole,
      }));
    },
  };
});

function toRow(note: Note) {
  return {
    id: note.id,
    owner_id: note.ownerId,
    title: note.title,
    body: note.body,
    title_folded: fold(note.title),
    body_folded: fold(note.body),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
  };
}
