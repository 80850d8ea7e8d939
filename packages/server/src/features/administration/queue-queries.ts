import { type SelectQueryBuilder, sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { QueueQueries } from "./queues-port.ts";

/** A count ends at this number, so that a measurement takes little time during an outage with long queues. */
const MAX_COUNTED = 10_000;

export const queueQueries = defineQueries(
  "database.queues",
  ({ kysely: db }): QueueQueries => ({
    async measure(now) {
      const deletions = db.selectFrom("object_deletions").where("not_before", "<=", now);
      const verifications = db.selectFrom("verifications");
      const mails = db.selectFrom("mails").where("due_at", "is not", null);
      const webhooks = db.selectFrom("webhook_deliveries").where("due_at", "is not", null);
      const uploads = (state: "pending" | "verifying" | "scanning") =>
        db.selectFrom("uploads").where("state", "=", state);
      const { oldestDeletion, oldestVerification, oldestMail, oldestWebhook, ...counts } = await db
        .selectNoFrom([
          countUpTo(deletions).as("dueDeletions"),
          deletions.select((eb) => eb.fn.min("not_before").as("oldest")).as("oldestDeletion"),
          countUpTo(verifications).as("verifications"),
          verifications.select((eb) => eb.fn.min("due_at").as("oldest")).as("oldestVerification"),
          countUpTo(mails).as("mails"),
          mails.select(mailWaitsSince.as("oldest")).orderBy(mailWaitsSince).limit(1).as("oldestMail"),
          countUpTo(db.selectFrom("mails").where("given_up_at", "is not", null)).as("mailsGivenUp"),
          countUpTo(webhooks).as("webhooks"),
          webhooks.select((eb) => eb.fn.min("queued_at").as("oldest")).as("oldestWebhook"),
          countUpTo(uploads("pending")).as("pending"),
          countUpTo(uploads("verifying")).as("verifying"),
          countUpTo(uploads("scanning")).as("scanning"),
        ])
        .executeTakeFirstOrThrow();
      const { pending, verifying, scanning, ...sizes } = counts;
      return {
        ...sizes,
        oldestDueDeletionMs: ageOf(oldestDeletion, now),
        oldestDueVerificationMs: ageOf(oldestVerification, now),
        oldestMailMs: ageOf(oldestMail, now),
        oldestWebhookMs: ageOf(oldestWebhook, now),
        uploads: { pending, verifying, scanning },
      };
    },
  }),
);

// The waiting time of a mail that collects notices starts only when the mail is due. The index of this instant has the same expression.
const mailWaitsSince = sql<number | null>`case when group_key is null then created_at else due_at end`;

function countUpTo<Table extends keyof Tables>(rows: SelectQueryBuilder<Tables, Table, object>) {
  const counted = rows.select(sql.lit(1).as("one")).limit(sql.lit(MAX_COUNTED));
  return sql<number>`(select count(*) from ${counted} as counted)`;
}

function ageOf(dueAt: number | null, now: number): number {
  return dueAt === null ? 0 : Math.max(0, now - dueAt);
}
