import type { Kysely, Selectable } from "kysely";
import type { MailKind } from "../../domain/mail.ts";
import type { ClaimedMail, MailQueries, QueuedMail } from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";
import { decodeCursor, toPage } from "./cursor.ts";

export function mailQueries(db: Kysely<Tables>): MailQueries {
  return {
    async insert({ id, kind, email, ...detail }, { now }) {
      const row = { id, kind, email, detail: JSON.stringify(detail), created_at: now, due_at: now, attempts: 0 };
      await db.insertInto("mails").values(row).execute();
    },

    async claim({ now, leaseEndsAt, limit }) {
      const due = await db
        .selectFrom("mails")
        .select(["id", "due_at"])
        .where("due_at", "<=", now)
        .orderBy("due_at")
        .orderBy("id")
        .limit(limit)
        .execute();
      const claimed: ClaimedMail[] = [];
      for (const seen of due) {
        // Only one replica can change the instant that it has read. The update of any other finds no row.
        const row = await db
          .updateTable("mails")
          .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
          .where("id", "=", seen.id)
          .where("due_at", "=", seen.due_at)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) claimed.push(toMail(row, leaseEndsAt));
      }
      return claimed;
    },

    async remove(mailId) {
      await db.deleteFrom("mails").where("id", "=", mailId).execute();
    },

    async postpone({ id, leaseEndsAt }, { dueAt, problem }) {
      await db
        .updateTable("mails")
        .set({ due_at: dueAt, problem })
        .where("id", "=", id)
        .where("due_at", "=", leaseEndsAt)
        .execute();
    },

    async giveUp(mailId, { now, problem }) {
      await db.updateTable("mails").set({ due_at: null, given_up_at: now, problem }).where("id", "=", mailId).execute();
    },

    async list({ state, limit, cursor }) {
      const before = decodeCursor(cursor);
      const rows = await db
        .selectFrom("mails")
        .select(["id", "kind", "email", "created_at", "attempts", "due_at", "given_up_at", "problem"])
        .$if(before !== undefined, (query) => query.where("id", "<", before as string))
        .$if(state !== undefined, (query) => query.where("given_up_at", state === "waiting" ? "is" : "is not", null))
        .orderBy("id", "desc")
        .limit(limit + 1)
        .execute();
      return toPage(rows.map(toQueuedMail), limit);
    },

    async retry(mailId, now) {
      return (
        db
          .updateTable("mails")
          // A mail that is too old is never sent, so its time starts again.
          .set({ due_at: now, created_at: now, given_up_at: null, attempts: 0 })
          .where("id", "=", mailId)
          .where("given_up_at", "is not", null)
          .returning(["kind", "email"])
          .executeTakeFirst()
      );
    },

    async deleteGivenUp(before) {
      await db.deleteFrom("mails").where("given_up_at", "<", before).execute();
    },
  };
}

function toMail(row: Selectable<Tables["mails"]>, leaseEndsAt: number): ClaimedMail {
  const { id, email, attempts, created_at: createdAt } = row;
  const kind = { kind: row.kind, ...JSON.parse(row.detail) } as MailKind;
  return { ...kind, id, email, createdAt, attempts, leaseEndsAt };
}

function toQueuedMail(row: Omit<Selectable<Tables["mails"]>, "detail">): QueuedMail {
  return {
    id: row.id,
    kind: row.kind,
    email: row.email,
    createdAt: row.created_at,
    attempts: row.attempts,
    dueAt: row.due_at ?? undefined,
    givenUpAt: row.given_up_at ?? undefined,
    problem: row.problem ?? undefined,
  };
}
