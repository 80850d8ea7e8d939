import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from "kysely";
import { compile, type Markers, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, encodeCursor, invalidCursor } from "../../platform/database/pages.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { ShareRole } from "../../platform/database/unions.ts";
import { fold } from "../../platform/text/readable-text.ts";
import type { NoteSummary } from "../access/note.ts";
import { isLive, type NoteRow, notInTrash } from "../access/sql.ts";
import { countListed } from "../attachments/queries.ts";
import { unseenFilesOf } from "../links/queries/visitor-files.ts";
import { countOpenRequests } from "../sharing/queries/access-requests.ts";

/** `created`: the newest note first. `changed`: the last changed note first. `title`: by title, regardless of upper and lower case. */
export type ListOrder = "created" | "changed" | "title";
/** A list has two parts: first the pinned notes, and then the other notes. */
export type ListPart = "pinned" | "others";

/** The order by title compares only this many characters, because PostgreSQL refuses long entries in an index. */
export const SORTED_CHARACTERS = 60;

/** The position of the last note of a page. `key`: the value by which the list sorts this note. Undefined: the list sorts by id. */
export type ListPosition = { part: ListPart; id: string; key: string | number | undefined };

const FORM = /^list:(created|changed|title):(pinned|others):([\x21-\x39\x3b-\x7e]{1,255}):(.*)$/s;
// PostgreSQL compares the instant with an integer column, and the query fails if the number is not an integer.
const INSTANT = /^\d{1,15}$/;

/** Makes the cursor of the next page. In the default order, the cursor after the pinned notes has the same format as in other lists. */
export function encodeListCursor({ part, id, key }: ListPosition, order: ListOrder): string {
  if (order === "created" && part === "others") return encodeCursor(id);
  return Buffer.from(`list:${order}:${part}:${id}:${key ?? ""}`).toString("base64url");
}

/** Reads a cursor. Throws `invalid_cursor` if the cursor does not come from a list in this order. */
export function decodeListCursor(cursor: string | undefined, order: ListOrder): ListPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, cursorOrder, part, id, text] = FORM.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (part === undefined || id === undefined || text === undefined) {
    const last = decodeCursor(cursor);
    if (order !== "created" || last === undefined) throw invalidCursor();
    return { part: "others", id: last, key: undefined };
  }
  if (order === "changed" && !INSTANT.test(text)) throw invalidCursor();
  const key = order === "changed" ? Number(text) : order === "title" ? text : undefined;
  const position = { part: part as ListPart, id, key };
  if (cursorOrder !== order || encodeListCursor(position, order) !== cursor) throw invalidCursor();
  return position;
}

export function cursorAfter({ id, title, updatedAt, isPinned }: NoteSummary, order: ListOrder): string {
  const start = () => Array.from(fold(title)).slice(0, SORTED_CHARACTERS).join("");
  const key = order === "changed" ? updatedAt : order === "title" ? start() : undefined;
  return encodeListCursor({ part: isPinned ? "pinned" : "others", id, key }, order);
}

// On SQLite, a list reads only an index, and never the body of a note. Two indexes contain exactly these columns and the snippet.
const summaryColumns = ["notes.id", "notes.owner_id", "notes.title", "notes.created_at", "notes.updated_at"] as const;
const snippet = sql<string>`substr(notes.body, 1, 200)`.as("snippet");

export type SummaryRow = Omit<NoteRow, "body"> & {
  role?: ShareRole;
  expires_at?: number | null;
  snippet: string;
  attachment_count: number;
  access_request_count?: number;
  is_new: SqlBool;
  is_pinned: SqlBool;
  has_been_shared?: SqlBool;
};

export function toSummary(row: SummaryRow): NoteSummary {
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
    isPinned: Boolean(row.is_pinned),
    hasBeenShared: Boolean(row.has_been_shared ?? true),
    accessExpiresAt: row.expires_at ?? undefined,
  };
}

export const listParameters = ["userId", "now", "after", "afterKey", "limit"] as const;
/** `after`, `afterKey`: the id and the sort key of the last note of the previous page. `now`: in milliseconds. */
export type ListMarkers = Markers<(typeof listParameters)[number]>;

export type Matches = (eb: ExpressionBuilder<Tables, "notes">) => Expression<SqlBool>;

export type ListScope = {
  db: Kysely<Tables>;
  engine: Engine;
  isFirst: boolean;
  order: ListOrder;
  /** Undefined: the list is a search, which shows pinned notes at their usual positions. */
  part: ListPart | undefined;
  matches?: Matches;
};

/** The condition that a joined share gives only the role viewer, because viewers do not see every file. */
export const isViewer = sql<SqlBool>`note_shares.role = 'viewer'`;

type Notes = SelectQueryBuilder<Tables, "notes", Record<never, never>>;

/** Returns the column and the direction of an order. The order by title compares only the start of a title. */
function orderOf({ name }: Engine, order: ListOrder) {
  if (order === "changed") return { key: sql<number>`notes.updated_at`, isDescending: true };
  if (order === "created") return { key: undefined, isDescending: true };
  const start = sql<string>`substr(notes.title_folded, 1, ${sql.lit(SORTED_CHARACTERS)})`;
  return { key: name === "postgres" ? sql<string>`(${start} collate "C")` : start, isDescending: false };
}

/**
 * Builds the condition that a query finds a row. With `exists`, PostgreSQL would join a whole table for a list of many notes. This subquery
 * runs separately for each listed note.
 */
const finds = (query: { limit: (rows: Expression<number>) => Expression<unknown> }) =>
  sql<SqlBool>`(${query.limit(sql.lit(1))}) is not null`;

/**
 * Builds the condition that the user owns the note. With a simple comparison, PostgreSQL would search all notes in the order of their ids
 * if the user has many notes. With the list of one owner, PostgreSQL uses the index of owners.
 */
function isOwn({ userId }: Pick<ListMarkers, "userId">, { name }: Engine) {
  return name === "postgres"
    ? sql<SqlBool>`notes.owner_id = any(array[${userId}]::text[])`
    : sql<SqlBool>`notes.owner_id = ${userId}`;
}

/** Sorts the notes, and skips all notes up to the last note of the previous page. */
function sorted(notes: Notes, { afterKey, after, limit }: ListMarkers, { engine, isFirst, order }: ListScope): Notes {
  const { key, isDescending } = orderOf(engine, order);
  const [comparison, direction] = isDescending ? (["<", "desc"] as const) : ([">", "asc"] as const);
  const isAfter =
    key === undefined
      ? sql<SqlBool>`notes.id < ${after}`
      : sql<SqlBool>`(${key}, notes.id) ${sql.raw(comparison)} (${afterKey}, ${after})`;
  return notes
    .$if(!isFirst, (query) => query.where(isAfter))
    .$if(engine.name === "postgres", (query) => query.orderBy("notes.owner_id", direction))
    .$if(key !== undefined, (query) => query.orderBy(key as never, direction))
    .orderBy("notes.id", direction)
    .limit(limit);
}

const isPinned = ({ db, userId }: { db: Kysely<Tables>; userId: ListMarkers["userId"] }) =>
  sql<SqlBool>`exists ${db
    .selectFrom("note_pins")
    .select("note_pins.note_id")
    .where("note_pins.user_id", "=", userId)
    .whereRef("note_pins.note_id", "=", sql.ref("notes.id"))}`;

/** Selects the pinned notes of the user, which are few. On SQLite, `engine.summaries` avoids reading the bodies. */
function pinnedNotes({ userId }: ListMarkers, { db, engine }: ListScope): Notes {
  return db
    .selectFrom("note_pins")
    .innerJoin(engine.summaries, "notes.id", "note_pins.note_id")
    .where("note_pins.user_id", "=", userId) as unknown as Notes;
}

/**
 * Selects the notes of one page that are not pinned. For an order with a small index of its own, first selects only the ids of the page,
 * because another index contains the columns of the list.
 */
function otherNotes(given: ListMarkers, scope: ListScope): Notes {
  const { db, engine, order, part } = scope;
  const owned = (db.selectFrom("notes") as unknown as Notes)
    .where(isOwn(given, engine))
    .where(notInTrash.notes)
    .$if(part === "others", (query) => query.where(sql<SqlBool>`not ${isPinned({ db, userId: given.userId })}`));
  if (order === "created" || engine.name === "postgres") return owned;
  const page = sorted(owned, given, scope).select("notes.id as page_id");
  return db.selectFrom(page.as("page")).innerJoin(engine.summaries, "notes.id", "page.page_id") as unknown as Notes;
}

export function selectOwned(given: ListMarkers, scope: ListScope) {
  const { db, engine, part, matches } = scope;
  const { userId } = given;
  const subjects = db.selectFrom("shared_subjects").select("subject_id");
  const notes = part === "pinned" ? pinnedNotes(given, scope) : otherNotes(given, scope);
  return sorted(notes, given, scope)
    .select([...summaryColumns, snippet])
    .select((eb) => countListed(db, eb.ref("notes.id")).$asScalar().$notNull().as("attachment_count"))
    .select((eb) => countOpenRequests(db, eb.ref("notes.id")).$asScalar().$notNull().as("access_request_count"))
    .select((eb) => finds(unseenFilesOf(db, eb.ref("notes.id"))).as("is_new"))
    .select((eb) => finds(subjects.where("shared_subjects.note_id", "=", eb.ref("notes.id"))).as("has_been_shared"))
    .select(isPinned({ db, userId }).as("is_pinned"))
    .where(isOwn(given, engine))
    .where(notInTrash.notes)
    .$if(matches !== undefined, (query) => query.where(matches as Matches));
}

export function selectShared(given: ListMarkers, { db, engine, isFirst, part, matches }: ListScope) {
  const { userId, now, after, limit } = given;
  return db
    .selectFrom("note_shares")
    .innerJoin(engine.summaries, "notes.id", "note_shares.note_id")
    .select([...summaryColumns, snippet])
    .select((eb) => countListed(db, eb.ref("notes.id"), isViewer).$asScalar().$notNull().as("attachment_count"))
    .select(["note_shares.role", "note_shares.expires_at"])
    .select((eb) => eb("note_shares.seen_at", "is", null).as("is_new"))
    .select(isPinned({ db, userId }).as("is_pinned"))
    .where("note_shares.user_id", "=", userId)
    .where(notInTrash.notes)
    .where((eb) => isLive(eb.ref("note_shares.expires_at"), now))
    .$if(part === "pinned", (query) =>
      query.where(
        "note_shares.note_id",
        "in",
        db.selectFrom("note_pins").select("note_id").where("user_id", "=", userId),
      ),
    )
    .$if(part === "others", (query) => query.where(sql<SqlBool>`not ${isPinned({ db, userId })}`))
    .$if(!isFirst, (query) => query.where("note_shares.note_id", "<", after))
    .$if(matches !== undefined, (query) => query.where(matches as Matches))
    .orderBy("note_shares.note_id", "desc")
    .limit(limit);
}

type Wanted = Pick<ListScope, "isFirst" | "order" | "part"> & { isShared: boolean };

const compiled = new WeakMap<Engine, Map<string, Statement>>();

/** Returns the compiled statement of a list without a search. Compiles it only once, because that takes as long as the query. */
export function listStatement(db: Kysely<Tables>, engine: Engine, { isShared, ...wanted }: Wanted): Statement {
  const known = compiled.get(engine) ?? new Map<string, Statement>();
  compiled.set(engine, known);
  const key = JSON.stringify([isShared, wanted.isFirst, wanted.order, wanted.part]);
  const select = isShared ? selectShared : selectOwned;
  const statement =
    known.get(key) ??
    compile({ name: "list of notes", rows: "many", parameters: listParameters }, (given) =>
      select(given, { db, engine, ...wanted }),
    );
  known.set(key, statement);
  return statement;
}
