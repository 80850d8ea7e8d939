import { type Expression, type Kysely, type NotNull, type RawBuilder, type SqlBool, sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { DomainError } from "../../platform/errors.ts";
import {
  ENDED,
  type Quota,
  type QuotaChange,
  quotaExceeded,
  quotaOfUser,
  type Reserving,
  type Usage,
  type UsageDrift,
  type UsageOfOwner,
} from "./usage.ts";

type Reservation = { objectKey: string; ownerId: string; sizeBytes: number; expiresAt: number };

/** The usage and the quota of each owner, and the reservations for files without an attachment. */
export const usageQueries = defineQueries("database.usage", ({ kysely: db, engine }) => ({
  find: (ownerId: string): Promise<UsageOfOwner> => readUsage(db, ownerId),

  /**
   * Reserves quota for a file until `expiresAt`, and queues the deletion of its object. The caller must call `reserve` in a transaction.
   * Throws `quota_exceeded`.
   */
  async reserve({ userId, ...file }: Reserving & { sizeBytes: number }, quota: Quota): Promise<void> {
    await db.insertInto("object_deletions").values(toRow(file)).execute();
    await takeQuota(db, { ownerId: file.ownerId, userId, more: { bytes: file.sizeBytes, files: 1 }, quota });
  },

  /**
   * Adds bytes to a reservation and sets its new expiry. The caller must call `extend` in a transaction. Throws `quota_exceeded`, or
   * `upload_aborted` if the reservation has expired.
   */
  async extend(
    { objectKey, ownerId, userId, moreBytes, expiresAt }: Reserving & { moreBytes: number },
    quota: Quota,
  ): Promise<void> {
    const result = await db
      .updateTable("object_deletions")
      .set((eb) => ({ size_bytes: eb("size_bytes", "+", moreBytes), reserved_until: expiresAt }))
      .where("object_key", "=", objectKey)
      .where("reserved_until", "is not", null)
      .executeTakeFirstOrThrow();
    if (result.numUpdatedRows === 0n) {
      throw new DomainError("upload_aborted", "The upload stood still for too long; send the file again.");
    }
    await takeQuota(db, { ownerId, userId, more: { bytes: moreBytes, files: 0 }, quota });
  },

  /**
   * Counts deleted files of an owner in the usage until `expiresAt`, because a client with a signed URL can store the objects again until
   * then. Ignores the quota, and the objects whose deletions are queued already. The caller must call `hold` in the transaction that
   * deletes the files.
   */
  async hold(...files: Reservation[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    const insert = db
      .insertInto("object_deletions")
      .values(files.map(toRow))
      .onConflict((conflict) => conflict.doNothing());
    const inserted = await insert.returning("size_bytes").execute();
    const more = { bytes: inserted.reduce((sum, row) => sum + (row.size_bytes ?? 0), 0), files: inserted.length };
    await addToUsage(db, { ownerId: first.ownerId, more, quota: undefined });
  },

  /** Releases a reservation. A repeated call has no further effect. The caller must call `release` in a transaction. */
  async release(objectKey: string): Promise<void> {
    await releaseReservations(db, sql<SqlBool>`object_key = ${objectKey}`);
  },

  /** Releases up to `limit` expired reservations. Returns how many. The caller must call `releaseExpired` in a transaction. */
  async releaseExpired(now: number, limit: number): Promise<number> {
    const expired = db.selectFrom("object_deletions").select("object_key").where("reserved_until", "<=", now);
    // Skips the deletions that another transaction settles, to avoid a deadlock.
    const free = expired.$if(engine.name === "postgres", (query) => query.forNoKeyUpdate().skipLocked());
    return await releaseReservations(db, sql<SqlBool>`object_key in ${free.orderBy("reserved_until").limit(limit)}`);
  },

  async setQuota(ownerId: string, { quotaBytes, quotaFiles }: QuotaChange): Promise<void> {
    const change = {
      ...(quotaBytes !== undefined && { quota_bytes: quotaBytes }),
      ...(quotaFiles !== undefined && { quota_files: quotaFiles }),
    };
    await db
      .insertInto("usage")
      .values({ owner_id: ownerId, used_bytes: 0, files: 0, quota_bytes: null, quota_files: null, ...change })
      .onConflict((conflict) => conflict.column("owner_id").doUpdateSet(change))
      .execute();
  },

  /** Reads the page of counted rows after the key `after`, and sums their sizes for each owner. `lastKey` is undefined on the last page. */
  async sumPage(table: "attachments" | "object_deletions", { after, limit }: { after: string; limit: number }) {
    const [key, isCounted] =
      table === "attachments"
        ? [sql.ref("id"), sql`owns_object = 1 and state not in (${sql.join(ENDED)})`]
        : [sql.ref("object_key"), sql`reserved_until is not null`];
    const page = sql`select * from ${sql.table(table)} where ${key} > ${after} and ${isCounted} order by ${key} limit ${limit}`;
    const { rows } = await sql<Usage & { owner_id: string; last_key: string }>`
      select owner_id, cast(sum(size_bytes) as bigint) as bytes, count(*) as files, max(${key}) as last_key
      from (${page}) as page group by owner_id`.execute(db);
    const count = rows.reduce((sum, row) => sum + row.files, 0);
    const lastKey = rows
      .map((row) => row.last_key)
      .sort()
      .at(-1);
    const sums = rows.map(({ owner_id, bytes, files }) => ({ ownerId: owner_id, bytes, files }));
    return { sums, lastKey: count < limit ? undefined : lastKey };
  },

  /** Lists the usage counters of the owners whose ids follow `after`. */
  async listCounters({ after, limit }: { after: string; limit: number }): Promise<(Usage & { ownerId: string })[]> {
    const counters = db.selectFrom("usage").select(["owner_id as ownerId", "used_bytes as bytes", "files"]);
    return await counters.where("owner_id", ">", after).orderBy("owner_id").limit(limit).execute();
  },

  /** Compares the counter of an owner with the sum of the owner's rows at one instant. Returns undefined if the two are equal. */
  async findDrift(ownerId: string): Promise<UsageDrift | undefined> {
    const owner = sql`(select cast(${ownerId} as text) as owner_id)`;
    const { rows } = await sql<Record<"counted_bytes" | "counted_files" | "actual_bytes" | "actual_files", number>>`
      select coalesce(usage.used_bytes, 0) as counted_bytes, coalesce(usage.files, 0) as counted_files,
        coalesce(actual.bytes, 0) as actual_bytes, coalesce(actual.files, 0) as actual_files
      from ${owner} as owners
      left join usage on usage.owner_id = owners.owner_id
      left join (${actualUsage(owner)}) as actual on actual.owner_id = owners.owner_id`.execute(db);
    const [row] = rows;
    if (row === undefined || (row.counted_bytes === row.actual_bytes && row.counted_files === row.actual_files)) {
      return undefined;
    }
    return {
      ownerId,
      counted: { bytes: row.counted_bytes, files: row.counted_files },
      actual: { bytes: row.actual_bytes, files: row.actual_files },
    };
  },

  /** Sets the usage counter of an owner to the sum of the rows. The caller must call `recount` in a transaction. */
  async recount(ownerId: string): Promise<void> {
    // Locks the counter before the count of the files, so that a parallel transaction that changes a file waits and then adds its change.
    await addToUsage(db, { ownerId, more: { bytes: 0, files: 0 }, quota: undefined });
    const owner = sql`(select cast(${ownerId} as text) as owner_id)`;
    const actual = sql<Usage>`${actualUsage(owner)}`;
    const { bytes, files } = (await actual.execute(db)).rows[0] ?? { bytes: 0, files: 0 };
    await db.updateTable("usage").set({ used_bytes: bytes, files }).where("owner_id", "=", ownerId).execute();
  },
}));

/** `more`: the change of the usage, which is negative if a reservation was too large. `userId`: the caller, for the error text. */
type QuotaUse = { ownerId: string; userId: string; more: Usage; quota: Quota | undefined };

/**
 * Adds to the usage of an owner if the quota is large enough. The caller must call `takeQuota` in the transaction that adds the files. One
 * statement checks the quota, adds the usage, and locks the row of the owner, so that replicas add one after another. Throws
 * `quota_exceeded`.
 */
export async function takeQuota(db: Kysely<Tables>, use: QuotaUse): Promise<void> {
  const { ownerId, userId, more, quota } = use;
  if ((await addToUsage(db, { ownerId, more, quota })) || quota === undefined) return;
  const used = await readUsage(db, ownerId);
  throw quotaExceeded({ wanted: more, used, quota: quotaOfUser(quota, used), ownerId, userId });
}

/** Subtracts from the usage of an owner, in the transaction that deletes the files or ends their uploads. */
export async function releaseQuota(db: Kysely<Tables>, ownerId: string, less: Usage): Promise<void> {
  if (less.bytes === 0 && less.files === 0) return;
  await db
    .updateTable("usage")
    .set((eb) => ({ used_bytes: eb("used_bytes", "-", less.bytes), files: eb("files", "-", less.files) }))
    .where("owner_id", "=", ownerId)
    .execute();
}

function toRow({ objectKey, ownerId, sizeBytes, expiresAt: at }: Reservation) {
  const deletion = { object_key: objectKey, not_before: at, attempts: 0 };
  return { ...deletion, owner_id: ownerId, size_bytes: sizeBytes, reserved_until: at };
}

/** Releases the reservations for which `isChosen` is true, and returns how many. */
export async function releaseReservations(db: Kysely<Tables>, isChosen: Expression<SqlBool>): Promise<number> {
  const rows = await db
    .updateTable("object_deletions")
    .set({ reserved_until: null })
    .where("reserved_until", "is not", null)
    .where(isChosen)
    .returning(["owner_id", "size_bytes"])
    .$narrowType<{ owner_id: NotNull; size_bytes: NotNull }>()
    .execute();
  // All replicas release quotas in one order, to avoid a deadlock.
  rows.sort((a, b) => (a.owner_id < b.owner_id ? -1 : 1));
  for (const row of rows) await releaseQuota(db, row.owner_id, { bytes: row.size_bytes, files: 1 });
  return rows.length;
}

/** Cancels the deletion of an object. Returns its reservation, whose usage the caller must release or replace. */
export async function endReservation(db: Kysely<Tables>, objectKey: string) {
  const deletion = db.deleteFrom("object_deletions").where("object_key", "=", objectKey);
  const row = await deletion.returning(["owner_id", "size_bytes", "reserved_until"]).executeTakeFirst();
  if (row?.owner_id == null || row.size_bytes === null || row.reserved_until === null) return undefined;
  return { ownerId: row.owner_id, bytes: row.size_bytes, files: 1 };
}

/**
 * Computes the usage of some owners from their files. `owners`: SQL for a table with the ids of the owners. Returns one row for each owner
 * with files. The query starts at the notes of the owners, so that it reads only indexes of these notes.
 */
function actualUsage(owners: RawBuilder<unknown>): RawBuilder<unknown> {
  // The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`. A `cross join` of SQLite keeps the order of the tables.
  return sql`
    select owner_id, cast(sum(size_bytes) as bigint) as bytes, count(*) as files
    from (
      select notes.owner_id, attachments.size_bytes
      from ${owners} as some_owners cross join notes cross join attachments
      where notes.owner_id = some_owners.owner_id and attachments.note_id = notes.id
        and attachments.owns_object = 1 and attachments.state not in (${sql.join(ENDED)})
      union all
      select owner_id, size_bytes from object_deletions
      where reserved_until is not null and owner_id in (select owner_id from ${owners} as some_owners)
    ) as counted
    group by owner_id`;
}

async function readUsage(db: Kysely<Tables>, ownerId: string): Promise<UsageOfOwner> {
  const usage = db.selectFrom("usage").select(["used_bytes as bytes", "files", "quota_bytes", "quota_files"]);
  const { bytes, files, ...own } = (await usage.where("owner_id", "=", ownerId).executeTakeFirst()) ?? NOTHING;
  return { bytes, files, quotaBytes: own.quota_bytes ?? undefined, quotaFiles: own.quota_files ?? undefined };
}

const NOTHING = { bytes: 0, files: 0, quota_bytes: null, quota_files: null };

async function addToUsage(
  db: Kysely<Tables>,
  { ownerId, more, quota }: { ownerId: string; more: Usage; quota: Quota | undefined },
): Promise<boolean> {
  const adding = addingToUsage({ ...more, ownerId, limits: quota && limitsOf(quota), from: sql`where true` });
  return (await adding.execute(db)).numAffectedRows === 1n;
}

/** Returns the limits of an owner without their own quota. Without a quota of the service, the limits are too large to be reached. */
export function limitsOf(quota: Quota): { maxBytes: number; maxFiles: number } {
  return { maxBytes: quota.bytes ?? Number.MAX_SAFE_INTEGER, maxFiles: quota.files ?? Number.MAX_SAFE_INTEGER };
}

/**
 * Builds the statement that adds to the usage of an owner if the sum is within the limits. `from` is SQL that selects what to add, and must
 * end with a condition. If `limits` is undefined, the usage has no limit. If the owner has a quota, this quota replaces `limits`. The
 * statement locks the row of the owner, so replicas add one after another.
 */
export function addingToUsage(change: {
  ownerId: unknown;
  bytes: unknown;
  files: unknown;
  limits: { maxBytes: unknown; maxFiles: unknown } | undefined;
  from: RawBuilder<unknown>;
}): RawBuilder<unknown> {
  const { ownerId, from, limits } = change;
  const bigint = (value: unknown) => sql`cast(${value} as bigint)`;
  const [bytes, files] = [bigint(change.bytes), bigint(change.files)];
  // An administrator may have lowered the quota below the usage, so the statement checks only the numbers that grow.
  const within = (used: Record<"bytes" | "files" | "ownBytes" | "ownFiles", RawBuilder<unknown>>) =>
    limits === undefined
      ? sql`true`
      : sql`(${bytes} <= 0 or ${used.bytes} <= coalesce(${used.ownBytes}, ${bigint(limits.maxBytes)}))
        and (${files} <= 0 or ${used.files} <= coalesce(${used.ownFiles}, ${bigint(limits.maxFiles)}))`;
  const own = (column: string) =>
    sql`(select ${sql.ref(column)} from ${sql.table("usage")} as own where own.owner_id = ${ownerId})`;
  const owned = { ownBytes: own("own.quota_bytes"), ownFiles: own("own.quota_files") };
  const [usedBytes, usedFiles] = [sql`usage.used_bytes + excluded.used_bytes`, sql`usage.files + excluded.files`];
  return sql`
    insert into ${sql.table("usage")} (owner_id, used_bytes, files)
    select ${ownerId}, ${bytes}, ${files} ${from} and ${within({ bytes, files, ...owned })}
    on conflict (owner_id) do update
    set used_bytes = ${usedBytes}, files = ${usedFiles}
    where ${within({ bytes: usedBytes, files: usedFiles, ownBytes: sql`usage.quota_bytes`, ownFiles: sql`usage.quota_files` })}`;
}
