import type { Kysely } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { CredentialQueries } from "./credentials-port.ts";

export function credentialQueries(db: Kysely<Tables>, engine: Engine): CredentialQueries {
  return {
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
  };
}
