import { type ColumnDataType, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";

type Schema = Kysely<unknown>["schema"];
type AuthTypes = { date: ColumnDataType; boolean: ColumnDataType; now: ReturnType<typeof sql> | undefined };

// The column types that better-auth expects. On SQLite, better-auth converts dates to ISO texts, and booleans to 0 and 1.
const authTypes: Record<EngineName, AuthTypes> = {
  sqlite: { date: "date", boolean: "integer", now: undefined },
  postgres: { date: "timestamptz", boolean: "boolean", now: sql`current_timestamp` },
};

/**
 * Creates the tables of better-auth. The tables differ from the tables in the migration of better-auth only in their names
 * (auth-tables.ts).
 */
export function authSchema(engine: EngineName): Migration {
  const types = authTypes[engine];
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createUsers(db.schema, types);
      await createSessions(db.schema, types);
      await createAccounts(db.schema, types);
      await createVerifications(db.schema, types);
      await createRateLimits(db.schema);
    },
  };
}

async function createUsers(schema: Schema, types: AuthTypes): Promise<void> {
  await schema
    .createTable("auth_users")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("name", "text", (c) => c.notNull())
    .addColumn("email", "text", (c) => c.notNull().unique())
    .addColumn("email_verified", types.boolean, (c) => c.notNull())
    .addColumn("image", "text")
    .addColumn("created_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .addColumn("updated_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .execute();
}

async function createSessions(schema: Schema, types: AuthTypes): Promise<void> {
  await schema
    .createTable("auth_sessions")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("expires_at", types.date, (c) => c.notNull())
    .addColumn("token", "text", (c) => c.notNull().unique())
    .addColumn("created_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .addColumn("updated_at", types.date, (c) => c.notNull())
    .addColumn("ip_address", "text")
    .addColumn("user_agent", "text")
    .addColumn("user_id", "text", (c) => c.notNull().references("auth_users.id").onDelete("cascade"))
    .execute();
  await schema.createIndex("auth_sessions_user_id_idx").on("auth_sessions").column("user_id").execute();
}

async function createAccounts(schema: Schema, types: AuthTypes): Promise<void> {
  await schema
    .createTable("auth_accounts")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("account_id", "text", (c) => c.notNull())
    .addColumn("provider_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull().references("auth_users.id").onDelete("cascade"))
    .addColumn("access_token", "text")
    .addColumn("refresh_token", "text")
    .addColumn("id_token", "text")
    .addColumn("access_token_expires_at", types.date)
    .addColumn("refresh_token_expires_at", types.date)
    .addColumn("scope", "text")
    .addColumn("password", "text")
    .addColumn("created_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .addColumn("updated_at", types.date, (c) => c.notNull())
    .execute();
  await schema.createIndex("auth_accounts_user_id_idx").on("auth_accounts").column("user_id").execute();
}

async function createVerifications(schema: Schema, types: AuthTypes): Promise<void> {
  await schema
    .createTable("auth_verifications")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("identifier", "text", (c) => c.notNull())
    .addColumn("value", "text", (c) => c.notNull())
    .addColumn("expires_at", types.date, (c) => c.notNull())
    .addColumn("created_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .addColumn("updated_at", types.date, (c) => (types.now ? c.notNull().defaultTo(types.now) : c.notNull()))
    .execute();
  await schema.createIndex("auth_verifications_identifier_idx").on("auth_verifications").column("identifier").execute();
}

async function createRateLimits(schema: Schema): Promise<void> {
  await schema
    .createTable("auth_rate_limits")
    .addColumn("id", "text", (c) => c.primaryKey().notNull())
    .addColumn("key", "text", (c) => c.notNull().unique())
    .addColumn("count", "integer", (c) => c.notNull())
    .addColumn("last_request", "bigint", (c) => c.notNull())
    .execute();
}
