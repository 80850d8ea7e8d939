import { type Kysely, type Selectable, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, decodeTimedCursor, encodeTimedCursor, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { isLive } from "../access/sql.ts";
import type { AdminEvent } from "../people/administrators.ts";
import { personColumns, toPerson } from "../people/lookups.ts";
import type { AdministrationQueries, PersonRecord } from "./administration-port.ts";

export const administrationQueries = defineQueries(
  "database.administration",
  ({ kysely: db, engine, clock }): AdministrationQueries => ({
    async listPeople({ limit, cursor, text }) {
      const before = decodeTimedCursor(cursor);
      const rows = await people(db, clock())
        .$if(before !== undefined, (query) =>
          query.where((eb) =>
            eb(eb.refTuple("people.created_at", "people.id"), "<", eb.tuple(before?.at ?? 0, before?.id ?? "")),
          ),
        )
        .$if(text !== undefined, (query) => query.where(() => matches(engine, text ?? "")))
        .orderBy("people.created_at", "desc")
        .orderBy("people.id", "desc")
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toRecord);
      const last = items.at(-1);
      const hasMore = rows.length > limit && last !== undefined;
      return { items, nextCursor: hasMore ? encodeTimedCursor({ at: last.createdAt, id: last.id }) : undefined };
    },

    async findPerson(userId) {
      const row = await people(db, clock()).where("people.id", "=", userId).executeTakeFirst();
      return row && toRecord(row);
    },

    async listEvents({ limit, cursor }) {
      const before = decodeCursor(cursor);
      const rows = await db
        .selectFrom("admin_events")
        .selectAll()
        .$if(before !== undefined, (query) => query.where("id", "<", before as string))
        .orderBy("id", "desc")
        .limit(limit + 1)
        .execute();
      return toPage(rows.map(toEvent), limit);
    },
  }),
);

function people(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("people")
    .leftJoin("disabled_users", "disabled_users.user_id", "people.id")
    .leftJoin("usage", "usage.owner_id", "people.id")
    .leftJoin("account_deletions", "account_deletions.user_id", "people.id")
    .select([...personColumns, "people.email_proven_by", "people.created_at", "people.last_sign_in_at"])
    .select([
      "account_deletions.delete_at",
      "disabled_users.disabled_at",
      "usage.used_bytes",
      "usage.files",
      "usage.quota_bytes",
      "usage.quota_files",
    ])
    .select((eb) =>
      eb
        .selectFrom("links")
        .select(sql<number>`count(*)`.as("count"))
        .whereRef("links.created_by", "=", "people.id")
        .where("links.revoked_at", "is", null)
        .where((link) => isLive(link.ref("links.expires_at"), sql.val(now)))
        .as("links"),
    );
}

// SQLite ignores the case of ASCII letters only. A search finds other letters only if the search text contains them exactly as stored, or
// in lower case.
function matches(engine: Engine, text: string) {
  const contains = (column: string, sought: string) => engine.contains(sql`coalesce(${sql.ref(column)}, '')`, sought);
  const lower = (column: string) => engine.contains(sql`lower(coalesce(${sql.ref(column)}, ''))`, text.toLowerCase());
  return sql<boolean>`(${lower("people.email")} or ${lower("people.name")} or ${contains("people.name", text)}
    or ${contains("people.id", text)})`;
}

type Row = Awaited<ReturnType<ReturnType<typeof people>["execute"]>>[number];

function toRecord(row: Row): PersonRecord {
  return {
    ...toPerson(row),
    isEmailProven: row.email_proven_by !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    deleteAt: row.delete_at ?? undefined,
    usage: {
      bytes: row.used_bytes ?? 0,
      files: row.files ?? 0,
      quotaBytes: row.quota_bytes ?? undefined,
      quotaFiles: row.quota_files ?? undefined,
    },
    links: row.links ?? 0,
  };
}

function toEvent({ id, at, action, actor_id, subject_id, detail }: Selectable<Tables["admin_events"]>): AdminEvent {
  return { id, at, action, actorId: actor_id ?? undefined, subjectId: subject_id, detail: JSON.parse(detail) };
}
