import { type Kysely, sql } from "kysely";
import type { Engine } from "../../../platform/database/engine.ts";
import { newestFirst, type Page, type PageRequest } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import type { ReceiverCounts } from "../link.ts";
import type { Receiver, ReceiverOfVisit, SentMail } from "../receiver.ts";

const instants = ["queued_at", "sent_at", "given_up_at", "visited_at", "used_at"] as const;
const columns = ["id", "email", "generation", ...instants] as const;

export const receiverQueries = defineQueries("database.receivers", ({ kysely: db }) => ({
  /** Stores the receivers of a link. Keeps the visits of the current URL. The caller must have locked the note in the transaction. */
  async put({ link, sentBy, receivers, now }: SentMail): Promise<void> {
    const rows = receivers.map(({ id, email, codeHash }) => ({
      ...{ id, link_id: link.id, email, generation: link.generation, code_hash: codeHash },
      ...{ sent_by: sentBy, queued_at: now },
    }));
    const ofSameUrl = (column: "visited_at" | "used_at") =>
      sql<number>`case when link_mails.generation = excluded.generation then ${sql.ref(`link_mails.${column}`)} end`;
    await db
      .insertInto("link_mails")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["link_id", "email"]).doUpdateSet((eb) => ({
          id: eb.ref("excluded.id"),
          generation: eb.ref("excluded.generation"),
          code_hash: eb.ref("excluded.code_hash"),
          sent_by: eb.ref("excluded.sent_by"),
          queued_at: eb.ref("excluded.queued_at"),
          sent_at: null,
          given_up_at: null,
          visited_at: ofSameUrl("visited_at"),
          used_at: ofSameUrl("used_at"),
        })),
      )
      .execute();
  },

  /** Returns the receivers of a link with these email addresses, the newest first. */
  async ofEmails(linkId: string, emails: readonly string[]): Promise<Receiver[]> {
    const rows = db.selectFrom("link_mails").select(columns).where("link_id", "=", linkId);
    return (await rows.where("email", "in", emails).orderBy("id", "desc").execute()).map(fromColumns);
  },

  /** Lists the receivers of a link, the newest first. */
  async list(linkId: string, page: PageRequest): Promise<Page<Receiver>> {
    const receivers = db.selectFrom("link_mails").select(columns).where("link_id", "=", linkId);
    return newestFirst(receivers, { ...page, id: "id", to: fromColumns });
  },

  /** Records that the mail server accepted the mail of this generation of the link. */
  async markSent(mail: MailOfLink): Promise<void> {
    await ofMail(db, mail).set({ sent_at: mail.now }).execute();
  },

  /** Records that the service stopped trying to send the mail. */
  async markGivenUp(mail: MailOfLink): Promise<void> {
    await ofMail(db, mail).set({ given_up_at: mail.now }).where("sent_at", "is", null).execute();
  },

  /** Records the first visit of a receiver. Returns whether this visit is the first. */
  async markVisited(receiver: ReceiverOfVisit & { now: number }): Promise<boolean> {
    const update = ofVisit(db, receiver).set({ visited_at: receiver.now }).where("visited_at", "is", null);
    return (await update.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
  },

  /** Records the first download of a receiver, or the first file that the receiver sent to a file request. */
  async markUsed(receiver: ReceiverOfVisit & { now: number }): Promise<void> {
    const { now } = receiver;
    const visited = sql<number>`coalesce(visited_at, ${now})`;
    await ofVisit(db, receiver).set({ used_at: now, visited_at: visited }).where("used_at", "is", null).execute();
  },
}));

type MailOfLink = { linkId: string; generation: number; email: string; now: number };

function ofMail(db: Kysely<Tables>, { linkId, generation, email }: MailOfLink) {
  const rows = db.updateTable("link_mails").where("link_id", "=", linkId).where("email", "=", email);
  return rows.where("generation", "=", generation);
}

function ofVisit(db: Kysely<Tables>, { linkId, generation, ...by }: ReceiverOfVisit) {
  const rows = db.updateTable("link_mails").where("link_id", "=", linkId).where("generation", "=", generation);
  return "email" in by ? rows.where("email", "=", by.email) : rows.where("code_hash", "=", by.codeHash);
}

/** Returns the counts of receivers as members of a query that selects links. */
export function receiverCounts({ db, engine }: { db: Kysely<Tables>; engine: Engine }) {
  const ofLink = db.selectFrom("link_mails").whereRef("link_mails.link_id", "=", sql.ref("links.id"));
  // An embedding sends no mails.
  const count = <Name extends string>(value: ReturnType<typeof sql<number>>, name: Name) =>
    engine.hasServiceTables ? ofLink.select(value.as("count")).as(name) : sql<number | null>`0`.as(name);
  return [
    count(sql`count(*)`, "receivers"),
    count(sql`count(visited_at)`, "receivers_visited"),
    count(sql`count(used_at)`, "receivers_used"),
    count(sql`count(case when sent_at is null and visited_at is null then given_up_at end)`, "receivers_missed"),
  ] as const;
}

type CountsRow = Record<"receivers" | "receivers_visited" | "receivers_used" | "receivers_missed", number | null>;

export function toReceiverCounts(row: CountsRow): ReceiverCounts {
  return {
    people: row.receivers ?? 0,
    visited: row.receivers_visited ?? 0,
    used: row.receivers_used ?? 0,
    notDelivered: row.receivers_missed ?? 0,
  };
}
