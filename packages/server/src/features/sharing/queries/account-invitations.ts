import { type Selectable, sql } from "kysely";
import { newestFirst, type Page, type PageRequest } from "../../../platform/database/pages.ts";
import { defineQueries } from "../../../platform/database/queries.ts";
import { fromColumns, toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { deleteInSteps } from "../../../platform/database/writes.ts";
import type { AccountInvitation } from "../invitation.ts";

export const accountInvitationQueries = defineQueries("database.accountInvitations", ({ kysely: db, engine }) => {
  const select = () => db.selectFrom("account_invitations").selectAll();
  // SQLite has no `for update` and needs no lock, because a transaction on SQLite is the only writer from its start.
  const selectHeld = () => select().$if(engine.name === "postgres", (query) => query.forUpdate());
  return {
    /** Stores the invitation of an email address, and replaces an earlier invitation of the same address. */
    async put(invitation: AccountInvitation): Promise<void> {
      const { id: _, email: __, ...terms } = toRow(invitation);
      await db
        .insertInto("account_invitations")
        .values(toRow(invitation))
        .onConflict((conflict) => conflict.column("email").doUpdateSet(terms))
        .execute();
    },

    async find(invitationId: string): Promise<AccountInvitation | undefined> {
      const row = await select().where("id", "=", invitationId).executeTakeFirst();
      return row && toInvitation(row);
    },

    /** Finds an invitation by its id, and locks it until the transaction ends. */
    async hold(invitationId: string): Promise<AccountInvitation | undefined> {
      const row = await selectHeld().where("id", "=", invitationId).executeTakeFirst();
      return row && toInvitation(row);
    },

    /** Finds an invitation by its email address, and locks it until the transaction ends. */
    async holdOf(email: string): Promise<AccountInvitation | undefined> {
      const row = await selectHeld().where("email", "=", email).executeTakeFirst();
      return row && toInvitation(row);
    },

    async delete(invitationId: string): Promise<void> {
      await db.deleteFrom("account_invitations").where("id", "=", invitationId).execute();
    },

    /** Lists the invitations that nobody has accepted, including expired invitations. The newest invitation comes first. */
    async listOpen(page: PageRequest): Promise<Page<AccountInvitation>> {
      return newestFirst(select().where("redeemed_at", "is", null), { ...page, id: "id", to: toInvitation });
    },

    /** Lets the links of all invitations expire now. The invitations stay in the list. */
    async expireAll(now: number): Promise<void> {
      await db
        .updateTable("account_invitations")
        .set({ link_expires_at: now })
        .where("link_expires_at", ">", now)
        .execute();
    },

    /** Deletes accepted invitations whose link has expired. */
    async deleteOld(now: number): Promise<void> {
      const where = sql<boolean>`redeemed_at is not null and link_expires_at <= ${now}`;
      await deleteInSteps(db, { from: "account_invitations", key: ["id"], by: "link_expires_at", where });
    },
  };
});

function toRow(invitation: AccountInvitation): Selectable<Tables["account_invitations"]> {
  const columns = toColumns(invitation, ["id", "email", "invitedBy", "invitedAt", "generation", "linkExpiresAt"]);
  return { ...columns, redeemed_at: invitation.acceptedAt ?? null };
}

function toInvitation({ redeemed_at, ...row }: Selectable<Tables["account_invitations"]>): AccountInvitation {
  return { ...fromColumns(row), acceptedAt: redeemed_at ?? undefined };
}
