import { sql } from "kysely";
import { defineQueries } from "../../../platform/database/queries.ts";
import { deleteInSteps } from "../../../platform/database/writes.ts";
export const linkRecipientQueries = defineQueries("database.linkRecipients", ({ kysely: db }) => ({
  /** Stores the code for this email address and link. An earlier code for them stops working. */
  async putCode({ linkId, email, codeHash, expiresAt }: LinkCode): Promise<void> {
    await db
      .insertInto("link_codes")
      .values({ link_id: linkId, email, code_hash: codeHash, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict.columns(["link_id", "email"]).doUpdateSet((eb) => ({
          code_hash: eb.ref("excluded.code_hash"),
          expires_at: eb.ref("excluded.expires_at"),
        })),
      )
      .execute();
  },

  /** Returns the hash of the code if the code is valid. Does not check whether the link lists the email address. */
  async findCode({
    linkId,
    email,
    now,
  }: Pick<LinkCode, "linkId" | "email"> & { now: number }): Promise<string | undefined> {
    const row = await db
      .selectFrom("link_codes")
      .select("code_hash")
      .where("link_id", "=", linkId)
      .where("email", "=", email)
      .where("expires_at", ">", now)
      .executeTakeFirst();
    return row?.code_hash;
  },

  /** Removes a code when it is used. Returns false if the code was already used or replaced. */
  async removeCode({ linkId, email, codeHash }: Pick<LinkCode, "linkId" | "email" | "codeHash">): Promise<boolean> {
    const codes = db.deleteFrom("link_codes").where("link_id", "=", linkId).where("email", "=", email);
    return (await codes.where("code_hash", "=", codeHash).executeTakeFirstOrThrow()).numDeletedRows === 1n;
  },

  async putVisitor({
    linkId,
    visitorId,
    email,
    expiresAt,
  }: {
    linkId: string;
    visitorId: string;
    email: string;
    expiresAt: number;
  }): Promise<void> {
    await db
      .insertInto("link_visitors")
      .values({ link_id: linkId, visitor_id: visitorId, email, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict.columns(["link_id", "visitor_id"]).doUpdateSet({ email, expires_at: expiresAt }),
      )
      .execute();
  },

  /** Returns the email address that a visitor has proven, if the link still lists it. */
  async emailOf({
    linkId,
    visitorId,
    now,
  }: {
    linkId: string;
    visitorId: string;
    now: number;
  }): Promise<string | undefined> {
    const row = await db
      .selectFrom("link_visitors")
      .innerJoin("link_recipients", (join) =>
        join
          .onRef("link_recipients.link_id", "=", "link_visitors.link_id")
          .onRef("link_recipients.email", "=", "link_visitors.email"),
      )
      .select("link_recipients.email")
      .where("link_visitors.link_id", "=", linkId)
      .where("link_visitors.visitor_id", "=", visitorId)
      .where("link_visitors.expires_at", ">", now)
      .executeTakeFirst();
    return row?.email;
  },

  async deleteExpired(now: number): Promise<void> {
    const where = sql<boolean>`expires_at <= ${now}`;
    await deleteInSteps(db, { from: "link_codes", key: ["link_id", "email"], by: "expires_at", where });
    await deleteInSteps(db, { from: "link_visitors", key: ["link_id", "visitor_id"], by: "expires_at", where });
  },
}));

/** A code that a visitor gets by mail. With the code, the visitor proves an email address for one link. */
export type LinkCode = { linkId: string; email: string; codeHash: string; expiresAt: number };
