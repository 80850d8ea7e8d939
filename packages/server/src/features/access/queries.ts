import { type Kysely, sql } from "kysely";
import type { Clock } from "../../platform/clock.ts";
import { compile, compiledOnce, type RunStatement, type Statement } from "../../platform/database/compile-statement.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AttachmentState, Role } from "../../platform/database/unions.ts";
import type { Attachment, Upload } from "./attachment.ts";
import type { Note } from "./note.ts";
import {
  type AttachmentRow,
  attachmentColumns,
  type NoteRow,
  noteColumns,
  notInTrash,
  type Question,
  roleOnAttachment,
  roleOnNote,
  toAttachment,
  toNote,
  toUpload,
  type UploadRow,
  uploadColumns,
} from "./sql.ts";

export type NoteAccess = { note: Note; role: Role | undefined };

/** An attachment with the role of a user. `role`: undefined if the user has no access to the attachment. */
export type AttachmentAccess = { attachment: Attachment; role: Role | undefined };

/** An upload with its attachment. `role`: the role of the user on the attachment. */
type UploadAccess = AttachmentAccess & { upload: Upload };

export type Downloadable = Pick<
  Attachment,
  "id" | "noteId" | "ownerId" | "objectKey" | "filename" | "contentType" | "state"
>;

export type DownloadAccess = { attachment: Downloadable; role: Role | undefined };

/** Finds notes, attachments and uploads with the current role of the user. */
export type AccessQueries = {
  note(userId: string, noteId: string): Promise<NoteAccess | undefined>;
  attachment(userId: string, attachmentId: string): Promise<AttachmentAccess | undefined>;
  upload(userId: string, uploadId: string): Promise<UploadAccess | undefined>;
  /** Runs for each issued URL, so it must be fast. It is one prepared statement. */
  download(userId: string, attachmentId: string): Promise<DownloadAccess | undefined>;
  /** Runs one query for the whole batch. The returned map omits unknown ids. */
  downloads(userId: string, attachmentIds: readonly string[]): Promise<Map<string, DownloadAccess>>;
};

export type AccessStatement = Statement<(typeof parameters)[number]>;

export type AccessStatements = Record<"note" | "attachment" | "upload" | "download" | "downloads", AccessStatement>;

/** `userId`: the id of the caller. `now`: milliseconds since the epoch. `what`: one id, or a list of ids in the form of `Engine.list`. */
const parameters = ["userId", "now", "what"] as const;

/** Returns the values of the parameters of a statement, in their order. In an embedding, the statements have fewer parameters. */
export function accessValues(
  statement: AccessStatement,
  values: Record<(typeof parameters)[number], unknown>,
): unknown[] {
  return statement.parameters.map((name) => values[name]);
}

/** Compiles the access queries for one engine. Runs no query on `db`. */
export function compileAccess(db: Kysely<Tables>, engine: Engine): AccessStatements {
  return {
    note: compile({ name: "vk_access_note", rows: "one", parameters }, ({ userId, now, what }) =>
      db
        .selectFrom("notes")
        .select(noteColumns)
        .select((eb) => roleOnNote(eb, { db, engine, userId, now }).as("role"))
        .where("notes.id", "=", what)
        .where(notInTrash.notes),
    ),
    attachment: compile({ name: "vk_access_attachment", rows: "one", parameters }, ({ userId, now, what }) =>
      db
        .selectFrom("attachments")
        .select(attachmentColumns)
        .select((eb) => roleOnAttachment(eb, { db, engine, userId, now }).as("role"))
        .where("attachments.id", "=", what)
        .where(notInTrash.attachments),
    ),
    upload: compile({ name: "vk_access_upload", rows: "one", parameters }, ({ userId, now, what }) =>
      db
        .selectFrom("uploads")
        .innerJoin("attachments", "attachments.id", "uploads.attachment_id")
        .select(uploadColumns.map((column) => `uploads.${column} as upload_${column}` as const))
        .select(attachmentColumns)
        .select((eb) => roleOnAttachment(eb, { db, engine, userId, now }).as("role"))
        .where("uploads.id", "=", what)
        .where("uploads.user_id", "=", userId)
        .where(notInTrash.attachments),
    ),
    download: compile({ name: "vk_access_download", rows: "one", parameters }, ({ userId, now, what }) =>
      downloadWithRole(db, { engine, userId, now }).where("attachments.id", "=", what),
    ),
    downloads: compile({ name: "vk_access_downloads", rows: "many", parameters }, ({ userId, now, what }) =>
      downloadWithRole(db, { engine, userId, now }).where((eb) => engine.isIn(eb.ref("attachments.id"), what)),
    ),
  };
}

/**
 * Compiles one statement that decides about many downloads of many users, for PostgreSQL only. Downloads that arrive together share one
 * statement (postgres.ts), because each statement on PostgreSQL costs a network round trip. The last column is the number of the question,
 * which starts at 1.
 */
export function compileDownloadOfMany(db: Kysely<Tables>, engine: Engine): AccessStatement {
  return compile(
    { name: "vk_access_download_of_many", rows: "many", parameters },
    ({ userId: userIds, now, what: attachmentIds }) => {
      const asked = sql<{ user_id: string; attachment_id: string; nth: number }>`
        unnest(${userIds}::text[], ${attachmentIds}::text[]) with ordinality`;
      return downloadWithRole(db, { engine, userId: sql.ref("asked.user_id"), now })
        .innerJoin(asked.as<"asked">(sql`asked(user_id, attachment_id, nth)`), "asked.attachment_id", "attachments.id")
        .select("asked.nth");
    },
  );
}

/**
 * Compiles one statement that decides about many downloads of one user, for PostgreSQL only. The statement returns all rows as one value:
 * an array of arrays, or null. The service needs half of the time to read one value instead of rows with the same data.
 */
export function compileDownloadsAsOne(db: Kysely<Tables>, engine: Engine): AccessStatement {
  return compile({ name: "vk_access_downloads_as_one", rows: "one", parameters }, ({ userId, now, what }) => {
    const found = downloadWithRole(db, { engine, userId, now }).where((eb) =>
      engine.isIn(eb.ref("attachments.id"), what),
    );
    const values = [...downloadColumns.map(nameOf), "role"].map((name) => sql.ref(`found.${name}`));
    return db
      .selectFrom(found.as("found"))
      .select(sql<unknown[][] | null>`json_agg(json_build_array(${sql.join(values)}))`.as("rows"));
  });
}

const compiled = compiledOnce(compileAccess);

export const accessQueries = defineQueries("access", (tx): AccessQueries => accessOn(compiled(tx), tx));

/** Builds the access queries from compiled statements. `run`: runs a statement on a database connection. */
export function accessOn(
  statements: AccessStatements,
  { run, engine, clock }: { run: RunStatement; engine: Engine; clock: Clock },
): AccessQueries {
  const decide = (statement: AccessStatement, userId: string, what: unknown) =>
    run(statement, accessValues(statement, { userId, now: clock(), what }));
  return {
    async note(userId, noteId) {
      const [values] = await decide(statements.note, userId, noteId);
      if (values === undefined) return undefined;
      return { note: toNote(toRow<NoteRow>(noteColumns, values)), role: toRole(values.at(-1)) };
    },

    async attachment(userId, attachmentId) {
      const [values] = await decide(statements.attachment, userId, attachmentId);
      if (values === undefined) return undefined;
      const attachment = toAttachment(toRow<AttachmentRow>(attachmentColumns, values));
      return { attachment, role: toRole(values.at(-1)) };
    },

    async upload(userId, uploadId) {
      const [values] = await decide(statements.upload, userId, uploadId);
      if (values === undefined) return undefined;
      const upload = toUpload(toRow<UploadRow>(uploadColumns, values));
      const ofAttachment = values.slice(uploadColumns.length);
      const attachment = toAttachment(toRow<AttachmentRow>(attachmentColumns, ofAttachment));
      return { upload, attachment, role: toRole(values.at(-1)) };
    },

    async download(userId, attachmentId) {
      const [values] = await decide(statements.download, userId, attachmentId);
      return values && toDownloadAccess(values);
    },

    async downloads(userId, attachmentIds) {
      return toDownloads(await decide(statements.downloads, userId, engine.list(attachmentIds)));
    },
  };
}

// Only the columns that the service needs to issue a URL. Each additional column would make an access decision slower by a tenth.
const downloadColumns = [
  "attachments.id",
  "attachments.note_id",
  "attachments.owner_id",
  "attachments.object_key",
  "attachments.filename",
  "attachments.content_type",
  "attachments.state",
] as const;

type DownloadValues = [...strings: [string, string, string, string, string, string], AttachmentState, Role | null];

/** Converts a row (the values of `downloadColumns` and the role) to an object. */
export function toDownloadAccess(values: readonly unknown[]): DownloadAccess {
  const [id, noteId, ownerId, objectKey, filename, contentType, state, role] = values as unknown as DownloadValues;
  return {
    attachment: { id, noteId, ownerId, objectKey, filename, contentType, state },
    role: role ?? undefined,
  };
}

/** Converts rows (the values of `downloadColumns` and the role) to objects, and returns the objects by attachment id. */
export function toDownloads(rows: Iterable<readonly unknown[]>): Map<string, DownloadAccess> {
  const found = new Map<string, DownloadAccess>();
  for (const values of rows) found.set(values[0] as string, toDownloadAccess(values));
  return found;
}

function nameOf(column: string): string {
  return column.slice(column.indexOf(".") + 1);
}

function toRow<Row>(columns: readonly string[], values: readonly unknown[]): Row {
  return Object.fromEntries(columns.map((column, index) => [nameOf(column), values[index]])) as Row;
}

function toRole(value: unknown): Role | undefined {
  return (value as Role | null) ?? undefined;
}

function downloadWithRole(db: Kysely<Tables>, question: Question & { engine: Engine }) {
  return db
    .selectFrom("attachments")
    .select(downloadColumns)
    .select((eb) => roleOnAttachment(eb, { db, ...question }).as("role"))
    .where(notInTrash.attachments);
}

/** The queries about notes for features that do not need the content of a note. */
export const guardedNoteQueries = defineQueries("database.notes", ({ kysely: db, engine }) => ({
  /**
   * Locks the note until the transaction ends, so that nobody can delete the note or add files to it. Returns false if the note is deleted.
   */
  async hold(noteId: string): Promise<boolean> {
    const row = await db
      .selectFrom("notes")
      .select("id")
      .where("id", "=", noteId)
      .where(notInTrash.notes)
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .executeTakeFirst();
    return row !== undefined;
  },

  /** Returns the titles of notes by note id, with one query. The map omits deleted notes. */
  async titlesOf(noteIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await db
      .selectFrom("notes")
      .select(["id", "title"])
      .where((eb) => engine.isIn(eb.ref("id"), engine.list(noteIds)))
      .where(notInTrash.notes)
      .execute();
    return new Map(rows.map((row) => [row.id, row.title]));
  },
}));
