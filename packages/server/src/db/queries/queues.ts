import type { Kysely } from "kysely";
import type { QueueQueries } from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";

const UNENDED = ["pending", "verifying", "scanning"] as const;

export function queueQueries(db: Kysely<Tables>): QueueQueries {
  return {
    async measure(now) {
      const deletions = await db
        .selectFrom("object_deletions")
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.min("not_before").as("oldest")])
        .where("not_before", "<=", now)
        .executeTakeFirstOrThrow();
      const verifications = await db
        .selectFrom("content_checks")
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.min("due_at").as("oldest")])
        .executeTakeFirstOrThrow();
      const mails = await db
        .selectFrom("mails")
        .select((eb) => [
          eb.fn.count<number>("due_at").as("count"),
          eb.fn.count<number>("given_up_at").as("givenUp"),
          eb.fn
            // The waiting time of a mail that collects notices starts only when the mail is due.
            .min(eb.case().when("group_key", "is", null).then(eb.ref("created_at")).else(eb.ref("due_at")).end())
            .filterWhere("given_up_at", "is", null)
            .as("oldest"),
        ])
        .executeTakeFirstOrThrow();
      const webhooks = await db
        .selectFrom("webhook_deliveries")
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.min("queued_at").as("oldest")])
        .where("due_at", "is not", null)
        .executeTakeFirstOrThrow();
      const byState = await db
        .selectFrom("uploads")
        .select((eb) => ["state", eb.fn.countAll<number>().as("count")])
        .where("state", "in", UNENDED)
        .groupBy("state")
        .execute();
      const countOf = (state: string) => Number(byState.find((row) => row.state === state)?.count ?? 0);
      return {
        dueDeletions: Number(deletions.count),
        oldestDueDeletionMs: ageOf(deletions.oldest, now),
        verifications: Number(verifications.count),
        oldestDueVerificationMs: ageOf(verifications.oldest, now),
        mails: Number(mails.count),
        oldestMailMs: ageOf(mails.oldest, now),
        mailsGivenUp: Number(mails.givenUp),
        webhooks: Number(webhooks.count),
        oldestWebhookMs: ageOf(webhooks.oldest, now),
        uploads: { pending: countOf("pending"), verifying: countOf("verifying"), scanning: countOf("scanning") },
      };
    },
  };
}

function ageOf(dueAt: number | null, now: number): number {
  return dueAt === null ? 0 : Math.max(0, now - Number(dueAt));
}
