import { defineQueries } from "../../platform/database/queries.ts";
import type { CredentialQueries } from "./credentials-port.ts";

export const credentialQueries = defineQueries(
  "database.credentials",
  ({ kysely: db, engine }): CredentialQueries => ({
    async lock(userId) {
      await db
        .selectFrom("people")
        .select("id")
        .where("id", "=", userId)
        // SQLite needs no lock, because it has one writer at a time.
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .execute();
    },

    async exists({ kind, id }) {
      const table = kind === "session" ? "auth_sessions" : "api_tokens";
      return (await db.selectFrom(table).select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
    },

    async deleteTokens(userId) {
      const ofUser = db.deleteFrom("api_tokens").where("user_id", "=", userId);
      return Number((await ofUser.executeTakeFirstOrThrow()).numDeletedRows);
    },
  }),
);
