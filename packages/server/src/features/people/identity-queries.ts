import { defineQueries } from "../../platform/database/queries.ts";
import type { IdentityQueries, IdHolder } from "./identities-port.ts";

export const identityQueries = defineQueries(
  "database.identities",
  ({ kysely: db, engine }): IdentityQueries => ({
    async find(issuer, subjects) {
      const rows = await db
        .selectFrom("identities")
        .select(["subject", "user_id"])
        .where("issuer", "=", issuer)
        .where((eb) => engine.isIn(eb.ref("subject"), engine.list(subjects)))
        .execute();
      return new Map(rows.map((row) => [row.subject, row.user_id]));
    },

    async isSubject(userId) {
      const ofUser = db.selectFrom("identities").select("subject").where("user_id", "=", userId);
      return (await ofUser.executeTakeFirst()) !== undefined;
    },

    async issuerOf(userId) {
      const ofUser = db.selectFrom("identities").select("issuer").where("user_id", "=", userId);
      const issuer = (await ofUser.executeTakeFirst())?.issuer;
      return issuer === "legacy" ? undefined : issuer;
    },

    async add({ issuer, subject, userId }) {
      // The statement names no constraint, so it changes nothing if one of the two unique keys already exists.
      const added = db
        .insertInto("identities")
        .values({ issuer, subject, user_id: userId })
        .onConflict((conflict) => conflict.doNothing());
      return (await added.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows === 1n;
    },

    async claimLegacy({ issuer, subject }) {
      const legacy = db.updateTable("identities").set({ issuer }).where("issuer", "=", "legacy");
      return (await legacy.where("subject", "=", subject).executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    async findHolders(userIds) {
      const list = engine.list(userIds);
      const people = db.selectFrom("people").select("id");
      const subjects = db.selectFrom("identities").selectAll();
      const accounts = db.selectFrom("auth_users").select("id");
      const holders = new Map<string, IdHolder>();
      for (const { id } of await people.where((eb) => engine.isIn(eb.ref("id"), list)).execute()) {
        holders.set(id, { kind: "person" });
      }
      for (const row of await subjects.where((eb) => engine.isIn(eb.ref("user_id"), list)).execute()) {
        const { issuer, subject } = row;
        holders.set(row.user_id, issuer === "legacy" ? { kind: "person" } : { kind: "subject", issuer, subject });
      }
      for (const { id } of await accounts.where((eb) => engine.isIn(eb.ref("id"), list)).execute()) {
        holders.set(id, { kind: "account" });
      }
      return holders;
    },
  }),
);
