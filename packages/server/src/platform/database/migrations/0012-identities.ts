import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable } from "./column-types.ts";

/**
 * Stores which user belongs to a subject (`sub`) in the JWTs of an issuer (ADR 8). An existing user without an account came from a JWT,
 * but the issuer of this JWT is unknown. The next JWT with the same subject sets the issuer. Stores who proved an email address (ADR 8).
 * Of the existing accounts, only those whose users sign in with an identity provider have a verified email address.
 */
export function identities(engine: EngineName): Migration {
  const { id, text } = columnTypesOf(engine);
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable("identities")
        .addColumn("issuer", text, (c) => c.notNull())
        .addColumn("subject", id, (c) => c.notNull())
        // Unique, so that two subjects never belong to one user.
        .addColumn("user_id", id, (c) => c.notNull().unique())
        .addPrimaryKeyConstraint("identities_pk", ["issuer", "subject"])
        .modifyEnd(keyedTable(engine))
        .execute();
      // On PostgreSQL the ids of the two tables have different collations, so the comparison must name a collation.
      const accountId = engine === "sqlite" ? sql`auth_users.id` : sql`auth_users.id collate "C"`;
      await sql`
        insert into identities (issuer, subject, user_id)
        select 'legacy', people.id, people.id from people
        where not exists (select 1 from auth_users where ${accountId} = people.id)`.execute(db);
      await db.schema.alterTable("people").addColumn("email_proven_by", text).execute();
      await sql`
        update people set email_proven_by = 'oidc'
        where exists (select 1 from auth_users where ${accountId} = people.id and email_verified)`.execute(db);
    },
  };
}
