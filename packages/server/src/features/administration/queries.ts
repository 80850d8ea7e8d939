import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from "kysely";
import { containsText, type Engine } from "../../platform/database/engine.ts";
import {
  decodeTimedCursor,
  encodeTimedCursor,
  newestFirst,
  type Page,
  type PageRequest,
} from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { fromColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { isLive } from "../access/sql.ts";
import { personColumns, toPerson } from "../people/lookup-queries.ts";
import type { AdminEvent, Person } from "../people/person.ts";
import type { UsageOfOwner } from "../usage/usage.ts";

/** A user as administrators see the user. Instants are in milliseconds since the epoch. */
export type PersonRecord = Person & {
  isEmailProven: boolean;
  createdAt: number;
  /** Undefined: the user has never signed in, or uses only JWTs. */
  lastSignInAt: number | undefined;
  /** The last sign-in, or the last use of a session that still exists. Undefined: never, or the user uses only JWTs. */
  lastSeenAt: number | undefined;
  /** Undefined: the user is enabled. */
  disabledAt: number | undefined;
  /** When the account is deleted permanently. Undefined: the account is not closed. */
  deleteAt: number | undefined;
  usage: UsageOfOwner;
  /** The number of the user's links that are neither revoked nor expired, at most MAX_COUNTED_LINKS. */
  links: number;
};

export const administrationQueries = defineQueries("database.administration", ({ kysely: db, engine, clock }) => ({
  /** Lists the users whose email address, name or id contains `text`, newest first. */
  async listPeople({ limit, cursor, text }: PageRequest & { text: string | undefined }): Promise<Page<PersonRecord>> {
    const before = decodeTimedCursor(cursor);
    const rows = await people(db, clock())
      .$if(before !== undefined, (query) =>
        query.where((eb) =>
          eb(eb.refTuple("people.created_at", "people.id"), "<", eb.tuple(before?.at ?? 0, before?.id ?? "")),
        ),
      )
      .$if(text !== undefined, (query) => query.where(containsText(engine, SEARCHED, text ?? "")))
      .orderBy("people.created_at", "desc")
      .orderBy("people.id", "desc")
      .limit(limit + 1)
      .execute();
    const items = await toRecords({ db, engine }, rows.slice(0, limit));
    const last = items.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return { items, nextCursor: hasMore ? encodeTimedCursor({ at: last.createdAt, id: last.id }) : undefined };
  },

  async findPerson(userId: string): Promise<PersonRecord | undefined> {
    const row = await people(db, clock()).where("people.id", "=", userId).executeTakeFirst();
    return row && (await toRecords({ db, engine }, [row]))[0];
  },

  listEvents: (page: PageRequest): Promise<Page<AdminEvent>> =>
    newestFirst(db.selectFrom("admin_events").selectAll(), { ...page, id: "id", to: toEvent }),
}));

const SEARCHED = ["people.email", "people.name", "people.id"];

/** The maximum count of a user's links, so that a page of people does not read all links of the service. */
const MAX_COUNTED_LINKS = 1_000;

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
    .select((eb) => {
      const live = eb
        .selectFrom("links")
        .select(sql.lit(1).as("one"))
        .whereRef("links.created_by", "=", "people.id")
        .where("links.revoked_at", "is", null)
        .where((link) => isLive(link.ref("links.expires_at"), sql.val(now)))
        .limit(sql.lit(MAX_COUNTED_LINKS));
      return sql<number>`(select count(*) from ${live} as counted)`.as("links");
    });
}

type Row = Awaited<ReturnType<ReturnType<typeof people>["execute"]>>[number];

/** Adds the last use of a session to each user. A join would read all sessions, because the accounts library sorts ids differently. */
async function toRecords({ db, engine }: { db: Kysely<Tables>; engine: Engine }, rows: Row[]): Promise<PersonRecord[]> {
  const sessions = await db
    .selectFrom("auth_sessions")
    .select((eb) => ["user_id", eb.fn.max("updated_at").as("used_at")])
    .where((eb) => engine.isIn(eb.ref("user_id"), engine.list(rows.map(({ id }) => id))))
    .groupBy("user_id")
    .execute();
  const usedAt = new Map(sessions.map(({ user_id, used_at }) => [user_id, new Date(used_at).getTime()]));
  return rows.map((row) => toRecord(row, usedAt.get(row.id) ?? 0));
}

function toRecord(row: Row, usedAt: number): PersonRecord {
  return {
    ...toPerson(row),
    isEmailProven: row.email_proven_by !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at ?? undefined,
    lastSeenAt: Math.max(row.last_sign_in_at ?? 0, usedAt) || undefined,
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

function toEvent(row: Selectable<Tables["admin_events"]>): AdminEvent {
  return { ...fromColumns(row), detail: JSON.parse(row.detail) };
}

/** The maximum count of a queue, so that the measurement is fast even if an outage makes the queues long. */
const MAX_COUNTED = 10_000;

export type QueueSizes = {
  /** The number of due object deletions, and for how many milliseconds the oldest one has been due. */
  dueDeletions: number;
  oldestDueDeletionMs: number;
  /** The number of queued verifications, and for how many milliseconds the oldest one has been due. */
  verifications: number;
  oldestDueVerificationMs: number;
  /** The number of waiting mails, and how many milliseconds the oldest one has waited. `mailsGivenUp`: abandoned in the last 30 days. */
  mails: number;
  oldestMailMs: number;
  mailsGivenUp: number;
  /** The number of waiting webhook deliveries, and how many milliseconds the oldest one has waited. */
  webhooks: number;
  oldestWebhookMs: number;
  uploads: { pending: number; verifying: number; scanning: number };
};

export const queueQueries = defineQueries("database.queues", ({ kysely: db, engine }) => ({
  async measure(now: number): Promise<QueueSizes> {
    const deletions = db.selectFrom("object_deletions").where("not_before", "<=", now);
    const verifications = db
      .selectFrom("file_jobs")
      .where("kind", "=", sql.lit("verification"))
      .where("due_at", "is not", null);
    const uploads = (state: "pending" | "verifying" | "scanning") =>
      db.selectFrom("uploads").where("state", "=", state);
    const { oldestDeletion, oldestVerification, ...counts } = await db
      .selectNoFrom([
        countUpTo(deletions).as("dueDeletions"),
        deletions.select((eb) => eb.fn.min("not_before").as("oldest")).as("oldestDeletion"),
        countUpTo(verifications).as("verifications"),
        verifications.select((eb) => eb.fn.min("due_at").as("oldest")).as("oldestVerification"),
        countUpTo(uploads("pending")).as("pending"),
        countUpTo(uploads("verifying")).as("verifying"),
        countUpTo(uploads("scanning")).as("scanning"),
      ])
      .executeTakeFirstOrThrow();
    const { pending, verifying, scanning, ...sizes } = counts;
    return {
      ...sizes,
      ...(engine.hasServiceTables ? await measureOutgoing(db, now) : NOTHING_OUTGOING),
      oldestDueDeletionMs: ageOf(oldestDeletion, now),
      oldestDueVerificationMs: ageOf(oldestVerification, now),
      uploads: { pending, verifying, scanning },
    };
  },
}));

const NOTHING_OUTGOING = { mails: 0, mailsGivenUp: 0, oldestMailMs: 0, webhooks: 0, oldestWebhookMs: 0 };

async function measureOutgoing(db: Kysely<Tables>, now: number): Promise<typeof NOTHING_OUTGOING> {
  const mails = db.selectFrom("mails").where("due_at", "is not", null);
  const webhooks = db.selectFrom("webhook_deliveries").where("due_at", "is not", null);
  const { oldestMail, oldestWebhook, ...counts } = await db
    .selectNoFrom([
      countUpTo(mails).as("mails"),
      mails.select(mailWaitsSince.as("oldest")).orderBy(mailWaitsSince).limit(1).as("oldestMail"),
      countUpTo(db.selectFrom("mails").where("given_up_at", "is not", null)).as("mailsGivenUp"),
      countUpTo(webhooks).as("webhooks"),
      webhooks.select((eb) => eb.fn.min("queued_at").as("oldest")).as("oldestWebhook"),
    ])
    .executeTakeFirstOrThrow();
  return { ...counts, oldestMailMs: ageOf(oldestMail, now), oldestWebhookMs: ageOf(oldestWebhook, now) };
}

// The waiting time of a mail that collects notices begins when the mail is due. The index for this time has the same expression.
const mailWaitsSince = sql<number | null>`case when group_key is null then created_at else due_at end`;

function countUpTo<Table extends keyof Tables>(rows: SelectQueryBuilder<Tables, Table, object>) {
  const counted = rows.select(sql.lit(1).as("one")).limit(sql.lit(MAX_COUNTED));
  return sql<number>`(select count(*) from ${counted} as counted)`;
}

function ageOf(dueAt: number | null, now: number): number {
  return dueAt === null ? 0 : Math.max(0, now - dueAt);
}
