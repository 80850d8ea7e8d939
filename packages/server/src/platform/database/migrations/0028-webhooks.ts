import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { columnTypesOf, keyedTable, plainTable } from "./column-types.ts";

/** Adds the webhook endpoints, and the queue of their deliveries (ADR 16). */
export function webhooks(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createEndpoints(db, engine);
      await createDeliveries(db, engine);
    },
  };
}

async function createEndpoints({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("webhook_endpoints")
    .addColumn("id", id, (c) => c.primaryKey().notNull())
    .addColumn("owner_id", id, (c) => c.notNull())
    .addColumn("url", text, (c) => c.notNull())
    .addColumn("events", text, (c) => c.notNull())
    .addColumn("description", text, (c) => c.notNull())
    .addColumn("generation", integer, (c) => c.notNull())
    .addColumn("former_secret_until", integer)
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("disabled_at", integer)
    .addColumn("problem", text)
    .addColumn("failures", integer, (c) => c.notNull())
    .addColumn("paused_until", integer, (c) => c.notNull())
    .addColumn("succeeded_at", integer)
    .addColumn("urls_reported_until", id)
    .modifyEnd(keyedTable(engine))
    .execute();
  await schema.createIndex("webhook_endpoints_owner").on("webhook_endpoints").column("owner_id").execute();
  await schema
    .createIndex("webhook_endpoints_urls")
    .on("webhook_endpoints")
    .column("id")
    .where(sql<boolean>`urls_reported_until is not null`)
    .execute();
}

/**
 * The table has no foreign key to the endpoints. Such a key would lock the row of an endpoint in every transaction that queues a delivery.
 */
async function createDeliveries({ schema }: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { id, text, integer } = columnTypesOf(engine);
  await schema
    .createTable("webhook_deliveries")
    .addColumn("endpoint_id", id, (c) => c.notNull())
    .addColumn("id", id, (c) => c.notNull())
    .addColumn("type", text, (c) => c.notNull())
    .addColumn("subject", id, (c) => c.notNull())
    .addColumn("body", text, (c) => c.notNull())
    .addColumn("created_at", integer, (c) => c.notNull())
    .addColumn("queued_at", integer, (c) => c.notNull())
    .addColumn("due_at", integer)
    .addColumn("attempts", integer, (c) => c.notNull())
    .addColumn("delivered_at", integer)
    .addColumn("given_up_at", integer)
    .addColumn("status", integer)
    .addColumn("problem", text)
    .addPrimaryKeyConstraint("webhook_deliveries_pk", ["endpoint_id", "id"])
    .modifyEnd(plainTable(engine))
    .execute();
  const waiting = sql<boolean>`due_at is not null`;
  await schema
    .createIndex("webhook_deliveries_due")
    .on("webhook_deliveries")
    .columns(["endpoint_id", "due_at", "id"])
    .where(waiting)
    .execute();
  await schema
    .createIndex("webhook_deliveries_subject")
    .on("webhook_deliveries")
    .columns(["endpoint_id", "subject", "id"])
    .where(waiting)
    .execute();
  await schema.createIndex("webhook_deliveries_age").on("webhook_deliveries").column("created_at").execute();
}
