import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import type { Tables } from "../../platform/database/schema.ts";

/**
 * The number of deliveries that a replica reads to choose from, when it claims deliveries. The replica claims only one delivery of each
 * owner, and several of the deliveries may belong to one owner. So the number is larger than the number of claims.
 */
const CANDIDATES = 200;

type Wanted = { engine: Engine; now: number; busy: readonly string[]; busyOwners: readonly string[] };

/** Finds the oldest due delivery of each endpoint, the oldest first. The query does not read the deliveries of endpoints that must wait. */
export function dueDeliveries(db: Kysely<Tables>, { engine, now, busy, busyOwners }: Wanted) {
  return (
    db
      .withRecursive("waiting", () => waitingEndpoints(db))
      .selectFrom("waiting")
      .crossJoin("webhook_endpoints as endpoint")
      // On SQLite, a cross join fixes the order in which the tables are read.
      .crossJoin("webhook_deliveries as delivery")
      .select(["delivery.endpoint_id", "delivery.id", "delivery.due_at", "endpoint.owner_id"])
      .whereRef("endpoint.id", "=", "waiting.id")
      .where("endpoint.disabled_at", "is", null)
      .where("endpoint.paused_until", "<=", now)
      .where((eb) => sql<SqlBool>`not (${engine.isIn(eb.ref("endpoint.id"), engine.list(busy))})`)
      .where((eb) => sql<SqlBool>`not (${engine.isIn(eb.ref("endpoint.owner_id"), engine.list(busyOwners))})`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("disabled_users").select("user_id").whereRef("disabled_users.user_id", "=", "endpoint.owner_id"),
          ),
        ),
      )
      .whereRef("delivery.endpoint_id", "=", "endpoint.id")
      .where("delivery.id", "=", oldestDue(db, now))
      .orderBy("delivery.due_at")
      .orderBy("delivery.id")
      .limit(CANDIDATES)
      .execute()
  );
}

/**
 * Selects the endpoints that have waiting deliveries. Each step finds the next endpoint in the index of the waiting deliveries. So the query
 * reads no endpoint without such deliveries.
 */
function waitingEndpoints(db: Kysely<Tables>) {
  const next = (after: RawBuilder<SqlBool>) =>
    sql<string>`(select min(endpoint_id) from webhook_deliveries where due_at is not null and ${after})`.as("id");
  // Each id is longer than the empty text. Without this condition, a plan of PostgreSQL 18 looks like a scan of the whole index.
  return db.selectNoFrom(next(sql`endpoint_id > ''`)).unionAll((eb) =>
    eb
      .selectFrom("waiting" as never)
      .select(next(sql`endpoint_id > waiting.id`))
      .where(sql<SqlBool>`waiting.id is not null`),
  );
}

/**
 * Selects the oldest due delivery of `endpoint`. A message waits until an earlier message about the same subject is delivered or given up,
 * even if the earlier message is due later.
 */
function oldestDue(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("webhook_deliveries as due")
    .select("due.id")
    .where("due.endpoint_id", "=", sql.ref<string>("endpoint.id"))
    .where("due.due_at", "<=", now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("webhook_deliveries as earlier")
            .select("earlier.id")
            .whereRef("earlier.endpoint_id", "=", "due.endpoint_id")
            .whereRef("earlier.subject", "=", "due.subject")
            .whereRef("earlier.id", "<", "due.id")
            .where("earlier.due_at", "is not", null),
        ),
      ),
    )
    .orderBy("due.due_at")
    .orderBy("due.id")
    .limit(1);
}
