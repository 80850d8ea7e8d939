import { expressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import { compile, type Markers, type Statement } from "../../../platform/database/compile-statement.ts";
import type { Engine } from "../../../platform/database/engine.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { fold } from "../../../platform/text/readable-text.ts";
import type { Upload } from "../../access/attachment.ts";
import { permits, ROLES } from "../../access/authorise.ts";
import { notInTrash, roleOnNote } from "../../access/sql.ts";
import { inGroup } from "../../attachments/queries.ts";
import { addingToUsage, limitsOf } from "../../usage/queries.ts";
import type { Quota } from "../../usage/usage.ts";

const PARAMETERS = [
  "noteId",
  "userId",
  "ownerId",
  "now",
  "isGranted",
  "idempotencyKey",
  "startedBefore",
  "expiresBefore",
  "maxOfUser",
  "maxOfNote",
  "maxBytes",
  "maxFiles",
  "attachmentId",
  "uploadId",
  "objectKey",
  "path",
  "filename",
  "filenameFolded",
  "contentType",
  "sizeBytes",
  "declaredSha256",
  "staged",
  "expiresAt",
  "strategy",
  "bucketUploadId",
  "partSize",
] as const;

/** The longest wait for a lock in milliseconds, unless the connection has a limit. Must be shorter than the client's limit for a query. */
const LOCK_TIMEOUT_MS = 2_000;

type Parameter = (typeof PARAMETERS)[number];
type KeyParameter = "userId" | "idempotencyKey" | "startedBefore" | "expiresBefore";
type M = Markers<Parameter>;
type Scope = { db: Kysely<Tables>; engine: Engine };
export type StartStatement = Statement<Parameter>;
export type StartValues = Record<Parameter, unknown>;

/**
 * The statements that start an upload. On PostgreSQL, the statement `start` does the whole work in one round trip.
 * SQLite cannot write inside a query and needs no round trips, so a start on SQLite needs several statements.
 */
export type StartStatements = { forgetKey: StartStatement } & (
  | ({ engine: "postgres" } & Record<"lock" | "start", StartStatement>)
  | ({ engine: "sqlite" } & Record<"facts" | "addUsage" | "addAttachment" | "addUpload", StartStatement>)
);

/** Compiles the start of an upload for one engine. Runs no query on `db`. */
export function compileStart(db: Kysely<Tables>, engine: Engine): StartStatements {
  const scope = { db, engine };
  const one = (name: string, build: (markers: M) => RawBuilder<unknown>) =>
    compile({ name: `vk_start_${name}`, rows: "one", parameters: PARAMETERS }, (markers) => ({
      compile: () => build(markers).compile(db),
    }));
  const forgetKey = one("forget_key", forgettingKey);
  if (engine.name === "sqlite") {
    const alone = sql`where true`;
    return {
      engine: "sqlite",
      forgetKey,
      facts: one("facts", (m) => sql`with found as materialized (${finding(scope, m)}) ${judging(m)}`),
      addUsage: one("usage", (m) => countingIn(m, { ownerId: m.ownerId, from: alone })),
      addAttachment: one("attachment", (m) => attaching(m, { ownerId: m.ownerId, from: alone })),
      addUpload: one("upload", (m) => recording(m, { from: alone })),
    };
  }
  return {
    engine: "postgres",
    forgetKey,
    lock: one("lock", (m) => holdingStarts(m)),
    start: one("record", (m) => {
      const [ownerId, counting] = [sql.ref("owner_id"), sql.ref("facts.owner_id")];
      // The lock waits for a transaction that deletes the note. All transactions lock the note before the usage, to avoid a deadlock.
      return sql`
        with found as materialized (${finding(scope, m)} for key share of notes),
        facts as materialized (${judging(m)}),
        counted as (${countingIn(m, { ownerId: counting, from: sql`from facts where may_start = 1` })}),
        attached as (${attaching(m, { ownerId, from: sql`from counted where true` })} returning id),
        recorded as (${recording(m, { from: sql`from attached where true` })} returning id)
        select facts.*, (select count(*) from recorded) as recorded from facts`;
    }),
  };
}

/**
 * Builds the expression that acquires two locks on PostgreSQL. Other uploads of the user and on the note can start only after the
 * transaction, so the next statement sees all earlier uploads. Every transaction acquires the locks in one order, to avoid a deadlock. The
 * PostgreSQL server limits the wait for a lock. If the client limited the wait, the statements of a pipeline would still commit after the
 * limit.
 */
export function holdingStarts({ userId, noteId }: { userId: unknown; noteId: unknown }): RawBuilder<unknown> {
  return sql`
    select set_config('lock_timeout', coalesce(nullif(current_setting('lock_timeout'), '0'),
        ${sql.lit(String(LOCK_TIMEOUT_MS))}), true),
      pg_advisory_xact_lock(least(of_user, on_note)), pg_advisory_xact_lock(greatest(of_user, on_note))
    from (
      select hashtextextended('uploads of ' || cast(${userId} as text), 0) as of_user,
        hashtextextended('uploads on ' || cast(${noteId} as text), 0) as on_note
    ) as keys`;
}

/** Releases an idempotency key if its upload started too long ago, or if its upload is pending and expires very soon. */
export function forgettingKey(key: Pick<Record<Parameter, unknown>, KeyParameter>): RawBuilder<unknown> {
  const { userId, idempotencyKey, startedBefore, expiresBefore } = key;
  return sql`
    update uploads set idempotency_key = null
    where user_id = ${userId} and idempotency_key = ${idempotencyKey}
      and (created_at <= ${startedBefore} or (state = 'pending' and expires_at < ${expiresBefore}))`;
}

/** The roles with which a user may add files to a note. */
export const ADDERS = sql.join(ROLES.filter((role) => permits(role, "attachment.add")).map((role) => sql.lit(role)));

/** Counts the pending uploads of a user. The query contains 'pending' as a literal, because the condition of the index also does. */
export function countPendingOfUser(userId: unknown): RawBuilder<number> {
  return sql<number>`(select count(*) from uploads where user_id = ${userId} and state = 'pending')`;
}

/** Counts the pending uploads on a note. The query counts attachments, because an attachment is pending exactly as long as its upload. */
export function countPendingOfNote(noteId: unknown): RawBuilder<number> {
  return sql<number>`(select count(*) from attachments where note_id = ${noteId} and ${inGroup("pending")})`;
}

function finding(scope: Scope, { noteId, userId, now, isGranted, idempotencyKey }: M): RawBuilder<unknown> {
  const role = roleOnNote(expressionBuilder<Tables, "notes">(), { ...scope, userId, now });
  return sql`
    select notes.owner_id,
      case when ${isGranted} = 1 or ${role} in (${ADDERS}) then 1 else 0 end as may_add,
      ${countPendingOfUser(userId)} as of_user,
      ${countPendingOfNote(noteId)} as of_note,
      (select id from uploads where user_id = ${userId} and idempotency_key = ${idempotencyKey}) as twin_id
    from notes
    where notes.id = ${noteId} and ${notInTrash.notes}`;
}

function judging({ maxOfUser, maxOfNote }: M): RawBuilder<unknown> {
  return sql`
    select owner_id, may_add, of_user, of_note, twin_id,
      case when may_add = 1 and of_user < ${maxOfUser} and of_note < ${maxOfNote} and twin_id is null then 1 else 0 end
        as may_start
    from found`;
}

type Row = { ownerId: RawBuilder<unknown>; from: RawBuilder<unknown> };

function countingIn({ sizeBytes: bytes, maxBytes, maxFiles }: M, { ownerId, from }: Row): RawBuilder<unknown> {
  const adding = addingToUsage({ ownerId, bytes, files: sql`1`, limits: { maxBytes, maxFiles }, from });
  return sql`${adding} returning owner_id`;
}

function attaching(m: M, { ownerId, from }: Row): RawBuilder<unknown> {
  return sql`
    insert into attachments (id, note_id, owner_id, created_by, object_key, owns_object, path, filename,
      filename_folded, content_type, size_bytes, state, created_at)
    select ${m.attachmentId}, ${m.noteId}, ${ownerId}, ${m.userId}, ${m.objectKey}, 1, ${m.path}, ${m.filename},
      ${m.filenameFolded}, ${m.contentType}, ${m.sizeBytes}, 'pending', ${m.now}
    ${from}`;
}

function recording(m: M, { from }: Pick<Row, "from">): RawBuilder<unknown> {
  return sql`
    insert into uploads (id, attachment_id, note_id, user_id, object_key, strategy, path, filename, content_type,
      size_bytes, declared_sha256, staged, state, expires_at, created_at, bucket_upload_id, part_size, idempotency_key)
    select ${m.uploadId}, ${m.attachmentId}, ${m.noteId}, ${m.userId}, ${m.objectKey}, ${m.strategy}, ${m.path},
      ${m.filename}, ${m.contentType}, ${m.sizeBytes}, ${m.declaredSha256}, ${m.staged}, 'pending', ${m.expiresAt}, ${m.now},
      ${m.bucketUploadId}, ${m.partSize}, ${m.idempotencyKey}
    ${from}`;
}

/** The data for the start of an upload. `upload`: a pending upload. Its attachment gets the values of the upload. */
export type UploadStart = {
  upload: Upload;
  /** Whether the application or a link permits the start. If false, the role in the database decides. */
  isGranted: boolean;
  quota: Quota;
  /** The maximum numbers of pending uploads of the user and on the note. */
  maxPending: PendingCounts;
  /** An upload that started before this instant no longer holds its idempotency key. Milliseconds since the epoch. */
  startedBefore: number;
};

/** The numbers of pending uploads: of one user on all notes, and of all users on one note. */
export type PendingCounts = { ofUser: number; ofNote: number };

/** `isRecorded`: whether the start is recorded. If it is not, and no other member shows a reason, the quota is full. */
export type StartedRecord = {
  isRecorded: boolean;
  ownerId: string;
  mayAdd: boolean;
  pending: PendingCounts;
  /** Whether another upload of the user has the idempotency key of the start. */
  isRepeated: boolean;
};

export function valuesOf({ upload, isGranted, quota, maxPending, startedBefore }: UploadStart): StartValues {
  const { multipart, createdAt: now } = upload;
  return {
    noteId: upload.noteId,
    userId: upload.userId,
    ownerId: undefined,
    now,
    isGranted: isGranted ? 1 : 0,
    idempotencyKey: upload.idempotencyKey ?? null,
    startedBefore,
    expiresBefore: leastExpiry(now),
    maxOfUser: maxPending.ofUser,
    maxOfNote: maxPending.ofNote,
    ...limitsOf(quota),
    attachmentId: upload.attachmentId,
    uploadId: upload.id,
    objectKey: upload.objectKey,
    path: upload.path,
    filename: upload.filename,
    filenameFolded: fold(upload.path + upload.filename),
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    declaredSha256: upload.declaredChecksum?.value ?? null,
    staged: upload.staged ? 1 : 0,
    expiresAt: upload.expiresAt,
    strategy: multipart === undefined ? "put" : "multipart",
    bucketUploadId: multipart?.bucketUploadId ?? null,
    partSize: multipart?.partSize ?? null,
  };
}

/** The earliest permitted expiry of an upload, because no URL lives for less than a second. Milliseconds. */
export function leastExpiry(now: number): number {
  return now + 1_000;
}
