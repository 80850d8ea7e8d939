import { type Kysely, type Selectable, sql } from "kysely";
import { newestFirst, type Page, type PageRequest } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { fromColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { mailTopics } from "../../platform/database/unions.ts";
import { deleteInSteps } from "../../platform/database/writes.ts";
import type {
  AddedNotice,
  CountedNotice,
  LeasedMail,
  Mail,
  MailChoices,
  MailHolder,
  MailKind,
  MailState,
  Notice,
  NoticeGroup,
  QueuedMail,
} from "./mail.ts";

/** The durable outbox of mails. Instants are milliseconds since the epoch. */
export const mailQueries = defineQueries("database.mails", ({ kysely: db }) => ({
  /** Adds a mail to the outbox. Call this function in the transaction that causes the mail. */
  async insert({ id, kind, email, ...detail }: Mail, { now }: { now: number }): Promise<void> {
    const row = { id, kind, email, detail: JSON.stringify(detail), created_at: now, due_at: now, attempts: 0 };
    await db.insertInto("mails").values(row).execute();
  },

  /** Adds a notice to the waiting mail of this group. Returns false if no mail of the group waits. Needs a transaction. */
  addNotice: (group: NoticeGroup, notice: Notice): Promise<boolean> => addNotice(db, { group, notice }),

  /** Adds a notice as `addNotice` does. If no mail of the group waits, creates the mail. Needs a transaction. */
  async collect(
    { id, kind, userId, email }: NoticeGroup & { id: string; email: string },
    { notice, now, dueAt }: AddedNotice,
  ): Promise<void> {
    const group = { kind, userId };
    const detail = JSON.stringify({ userId, notices: [{ ...notice, count: 1 }] });
    const row = { id, kind, email, detail, created_at: now, due_at: dueAt, attempts: 0, group_key: keyOf(group) };
    // If a parallel transaction inserts the mail of the group first, the loop runs again. A worker may even lease that mail before this
    // transaction adds its notice.
    for (;;) {
      if (await addNotice(db, { group, notice })) return;
      const insert = db.insertInto("mails").values(row);
      const made = await insert.onConflict((conflict) => conflict.column("group_key").doNothing()).executeTakeFirst();
      if (made.numInsertedOrUpdatedRows === 1n) return;
    }
  },

  /**
   * Leases the oldest due mails to this replica. When the lease ends, the mails are due again. A leased mail collects no further notices.
   */
  async lease({ now, leaseEndsAt, limit }: { now: number; leaseEndsAt: number; limit: number }): Promise<LeasedMail[]> {
    const due = await db
      .selectFrom("mails")
      .select(["id", "due_at"])
      .where("due_at", "<=", now)
      .orderBy("due_at")
      .orderBy("id")
      .limit(limit)
      .execute();
    const leased: LeasedMail[] = [];
    for (const seen of due) {
      // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can lease the row.
      const row = await db
        .updateTable("mails")
        .set((eb) => ({
          due_at: leaseEndsAt,
          attempts: eb("attempts", "+", 1),
          // For a mail that collects notices, the waiting time starts only when the mail is due.
          created_at: eb
            .case()
            .when("group_key", "is", null)
            .then(eb.ref("created_at"))
            .else(seen.due_at as number)
            .end(),
          group_key: null,
        }))
        .where("id", "=", seen.id)
        .where("due_at", "=", seen.due_at)
        .returningAll()
        .executeTakeFirst();
      if (row !== undefined) leased.push(toMail(row, leaseEndsAt));
    }
    return leased;
  },

  async remove(mailId: string): Promise<void> {
    await db.deleteFrom("mails").where("id", "=", mailId).execute();
  },

  /** Makes a mail due at `dueAt`, unless another replica has leased the mail. `createdAt`: the new start of the waiting time. */
  async postpone(
    { id, leaseEndsAt }: Pick<LeasedMail, "id" | "leaseEndsAt">,
    { dueAt, problem, createdAt }: { dueAt: number; problem?: string; createdAt?: number },
  ): Promise<void> {
    await db
      .updateTable("mails")
      .set({ due_at: dueAt, problem: problem ?? null })
      .$if(createdAt !== undefined, (query) => query.set({ created_at: createdAt as number }))
      .where("id", "=", id)
      .where("due_at", "=", leaseEndsAt)
      .execute();
  },

  /** Stops the retries of a mail. The row stays, so that administrators see the mail. */
  async giveUp(mailId: string, { now, problem }: { now: number; problem: string }): Promise<void> {
    await db.updateTable("mails").set({ due_at: null, given_up_at: now, problem }).where("id", "=", mailId).execute();
  },

  async list({ state, ...page }: PageRequest & { state?: MailState | undefined }): Promise<Page<QueuedMail>> {
    const mails = db
      .selectFrom("mails")
      .select(["id", "kind", "email", "created_at", "attempts", "due_at", "given_up_at", "problem"])
      .$if(state !== undefined, (query) => query.where(wasGivenUp, "=", sql.lit(state === "waiting" ? 0 : 1)));
    return newestFirst(mails, { ...page, id: "id", to: fromColumns });
  },

  /** Makes a mail due again after the service gave up its retries, as if the mail were new. Returns undefined if there is no such mail. */
  async retry(mailId: string, now: number): Promise<Pick<Mail, "kind" | "email"> | undefined> {
    return (
      db
        .updateTable("mails")
        // A retry also resets `created_at`, because the service never sends an old mail.
        .set({ due_at: now, created_at: now, given_up_at: null, attempts: 0 })
        .where("id", "=", mailId)
        .where("given_up_at", "is not", null)
        .returning(["kind", "email"])
        .executeTakeFirst()
    );
  },

  /** Deletes the mails whose retries the service stopped before this instant. */
  async deleteGivenUp(before: number): Promise<void> {
    await deleteInSteps(db, { from: "mails", key: ["id"], by: "given_up_at", where: sql`given_up_at < ${before}` });
  },
}));

// The index for the list contains exactly this expression.
const wasGivenUp = sql<number>`case when given_up_at is null then 0 else 1 end`;

/** The maximum number of different notices in one mail. A mail omits further notices. */
const MAX_NOTICES = 100;

function keyOf({ kind, userId }: NoticeGroup): string {
  return `${kind} ${userId}`;
}

async function addNotice(
  db: Kysely<Tables>,
  { group, notice }: { group: NoticeGroup; notice: Notice },
): Promise<boolean> {
  const key = keyOf(group);
  // The update locks the row, so no worker leases the mail before this transaction ends.
  const held = db.updateTable("mails").set({ group_key: key }).where("group_key", "=", key);
  const row = await held.returning(["id", "detail"]).executeTakeFirst();
  if (row === undefined) return false;
  const detail = JSON.stringify(withNotice(JSON.parse(row.detail), notice));
  await db.updateTable("mails").set({ detail }).where("id", "=", row.id).execute();
  return true;
}

type Collected = { userId: string; notices: CountedNotice[] };

function withNotice({ userId, notices }: Collected, notice: Notice): Collected {
  const text = JSON.stringify(notice);
  const same = notices.find(({ count: _, ...other }) => JSON.stringify(other) === text);
  if (same !== undefined) same.count += 1;
  else if (notices.length < MAX_NOTICES) notices.push({ ...notice, count: 1 });
  return { userId, notices };
}

function toMail(row: Selectable<Tables["mails"]>, leaseEndsAt: number): LeasedMail {
  const { id, email, attempts, created_at: createdAt } = row;
  const kind = { kind: row.kind, ...JSON.parse(row.detail) } as MailKind;
  return { ...kind, id, email, createdAt, attempts, leaseEndsAt };
}

export const mailPreferenceQueries = defineQueries("database.mailPreferences", ({ kysely: db }) => ({
  /** Returns the mail settings of this person. Default: `at_once` for each topic. */
  async find(holder: MailHolder): Promise<MailChoices> {
    const chosen = db
      .selectFrom("mail_preferences")
      .select(["topic", "choice"])
      .where("holder", "=", keyOfHolder(holder));
    const choices = Object.fromEntries(mailTopics.map((topic) => [topic, "at_once"])) as MailChoices;
    for (const { topic, choice } of await chosen.execute()) choices[topic] = choice;
    return choices;
  },

  /** Stores the mail settings of these topics. The settings of other topics do not change. */
  async put(holder: MailHolder, choices: Partial<MailChoices>): Promise<void> {
    const rows = mailTopics.flatMap((topic) => {
      const choice = choices[topic];
      return choice === undefined ? [] : [{ holder: keyOfHolder(holder), topic, choice }];
    });
    if (rows.length === 0) return;
    await db
      .insertInto("mail_preferences")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["holder", "topic"]).doUpdateSet((eb) => ({ choice: eb.ref("excluded.choice") })),
      )
      .execute();
  },
}));

/** Returns the key of a holder in the database. The key has a prefix, because a user id can look like an email address. */
export function keyOfHolder(holder: MailHolder): string {
  return "userId" in holder ? `user ${holder.userId}` : `email ${holder.email}`;
}
