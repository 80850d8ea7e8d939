import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import { newestFirst, type Page, type PageRequest } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { fromColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { deleteInSteps } from "../../platform/database/writes.ts";
import {
  bodyOf,
  type Delivery,
  type EndpointChange,
  type FailedTry,
  type LeasedDelivery,
  type MessageValues,
  messageValues,
  SERVICE_OWNER,
  toChange,
  toEndpoint,
  toRow,
  type WebhookEndpoint,
  type WebhookMessage,
} from "./webhook.ts";

const DISABLED = { failure: "disabled", problem: "The endpoint was disabled." } as const;

/** The queries for webhook endpoints and for the outbox of deliveries. Instants are milliseconds since the epoch. */
export const webhookQueries = defineQueries("database.webhooks", ({ kysely: db, engine }) => {
  const ofOwner = (ownerId: string) => db.selectFrom("webhook_endpoints").selectAll().where("owner_id", "=", ownerId);
  const inOutbox = (endpointId: string) => db.updateTable("webhook_deliveries").where("endpoint_id", "=", endpointId);
  return {
    async insert(endpoint: WebhookEndpoint): Promise<void> {
      await db.insertInto("webhook_endpoints").values(toRow(endpoint)).execute();
    },

    async list(ownerId: string): Promise<WebhookEndpoint[]> {
      return (await ofOwner(ownerId).orderBy("id", "desc").execute()).map(toEndpoint);
    },

    async find(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined> {
      const row = await ofOwner(ownerId).where("id", "=", endpointId).executeTakeFirst();
      return row && toEndpoint(row);
    },

    /** Changes a webhook endpoint. Returns undefined if the endpoint does not exist. */
    async update(
      { ownerId, id }: { ownerId: string; id: string },
      change: EndpointChange & { now: number },
    ): Promise<WebhookEndpoint | undefined> {
      const endpoint = db.updateTable("webhook_endpoints").where("owner_id", "=", ownerId).where("id", "=", id);
      const row = await endpoint.set(toChange(change)).returningAll().executeTakeFirst();
      return row && toEndpoint(row);
    },

    /** Deletes a webhook endpoint and its deliveries. Returns undefined if the endpoint does not exist. */
    async delete(ownerId: string, endpointId: string): Promise<WebhookEndpoint | undefined> {
      const endpoint = db.deleteFrom("webhook_endpoints").where("owner_id", "=", ownerId).where("id", "=", endpointId);
      const row = await endpoint.returningAll().executeTakeFirst();
      if (row === undefined) return undefined;
      await db.deleteFrom("webhook_deliveries").where("endpoint_id", "=", endpointId).execute();
      return toEndpoint(row);
    },

    async deleteAllOf(ownerId: string): Promise<void> {
      const endpoints = ofOwner(ownerId).clearSelect().select("id");
      await db.deleteFrom("webhook_deliveries").where("endpoint_id", "in", endpoints).execute();
      await db.deleteFrom("webhook_endpoints").where("owner_id", "=", ownerId).execute();
    },

    /** Queues messages for the endpoints that subscribe to them, in the transaction that causes the messages. */
    queue: (...messages: readonly WebhookMessage[]): Promise<void> => queueMessages({ db, engine }, messages),

    async queueFor(endpointId: string, message: WebhookMessage): Promise<void> {
      const { id, type, subject, at } = message;
      const row = { endpoint_id: endpointId, id, type, subject, body: bodyOf(message), created_at: at, queued_at: at };
      await db
        .insertInto("webhook_deliveries")
        .values({ ...row, due_at: at, attempts: 0 })
        .execute();
    },

    /**
     * Leases due deliveries to this process, at most one delivery of each owner. Skips the endpoints in `busy`, and the endpoints of the
     * owners in `busyOwners`. When the lease ends, the deliveries are due again. A delivery waits for earlier deliveries to the same
     * endpoint about the same subject.
     */
    async lease({
      now,
      leaseEndsAt,
      busy,
      busyOwners,
      limit,
    }: {
      now: number;
      leaseEndsAt: number;
      busy: readonly string[];
      busyOwners: readonly string[];
      limit: number;
    }): Promise<LeasedDelivery[]> {
      const due = await dueDeliveries(db, { engine, now, busy, busyOwners });
      const first = due.filter(({ owner_id: id }, nth) => due.findIndex((one) => one.owner_id === id) === nth);
      const leased: LeasedDelivery[] = [];
      for (const { endpoint_id: endpointId, id, due_at: dueAt } of first.slice(0, limit)) {
        // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can lease it.
        const row = await inOutbox(endpointId)
          .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
          .where("id", "=", id)
          .where("due_at", "=", dueAt)
          .returningAll()
          .executeTakeFirst();
        const endpoint = await db
          .selectFrom("webhook_endpoints")
          .selectAll()
          .where("id", "=", endpointId)
          .executeTakeFirst();
        if (row === undefined || endpoint === undefined) continue;
        const { body, attempts, queued_at: queuedAt } = row;
        leased.push({ endpoint: toEndpoint(endpoint), id, body, attempts, queuedAt, leaseEndsAt });
      }
      return leased;
    },

    async delivered({ endpoint, id }: LeasedDelivery, { now, status }: { now: number; status: number }): Promise<void> {
      await inOutbox(endpoint.id)
        .set({ due_at: null, delivered_at: now, status, failure: null, problem: null })
        .where("id", "=", id)
        .execute();
      await db
        .updateTable("webhook_endpoints")
        .set({ failures: 0, paused_until: 0, succeeded_at: now })
        .where("id", "=", endpoint.id)
        .execute();
    },

    /** Makes a delivery due at `dueAt`, unless another replica has leased the delivery in the meantime. */
    async postpone(
      { endpoint, id, leaseEndsAt }: LeasedDelivery,
      { dueAt, ...failed }: FailedTry & { dueAt: number },
    ): Promise<void> {
      await inOutbox(endpoint.id)
        .set({ due_at: dueAt, status: failed.status ?? null, failure: failed.failure, problem: failed.problem })
        .where("id", "=", id)
        .where("due_at", "=", leaseEndsAt)
        .execute();
      await pause(db, endpoint.id, failed);
    },

    /**
     * Stops the retries of a delivery. If the endpoint has accepted no message since this message was queued, also disables the endpoint
     * and stops its deliveries. Returns whether the call disabled the endpoint.
     */
    async giveUp({ endpoint, id, queuedAt }: LeasedDelivery, failed: FailedTry): Promise<boolean> {
      const { now, status = null, failure, problem } = failed;
      await inOutbox(endpoint.id)
        .set({ due_at: null, given_up_at: now, status, failure, problem })
        .where("id", "=", id)
        .where("delivered_at", "is", null)
        .execute();
      await pause(db, endpoint.id, failed);
      const { numUpdatedRows } = await db
        .updateTable("webhook_endpoints")
        .set({ disabled_at: now, failure, problem })
        .where("id", "=", endpoint.id)
        .where("disabled_at", "is", null)
        .where((eb) => eb.or([eb("succeeded_at", "is", null), eb("succeeded_at", "<", queuedAt)]))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await inOutbox(endpoint.id)
        .set({ due_at: null, given_up_at: now, ...DISABLED })
        .where("due_at", "is not", null)
        .execute();
      return true;
    },

    async listDeliveries(endpointId: string, page: PageRequest): Promise<Page<Delivery>> {
      const deliveries = db
        .selectFrom("webhook_deliveries")
        .select(["id", "type", "created_at", "attempts", "due_at", "delivered_at", "given_up_at"])
        .select(["status", "failure", "problem"])
        .where("endpoint_id", "=", endpointId);
      return newestFirst(deliveries, { ...page, id: "id", to: fromColumns });
    },

    /** Makes a delivery due now, as if its message were new. Returns false if the delivery does not exist. */
    async retry({ endpointId, id }: { endpointId: string; id: string }, now: number): Promise<boolean> {
      const { numUpdatedRows } = await inOutbox(endpointId)
        .set({
          due_at: now,
          queued_at: now,
          attempts: 0,
          delivered_at: null,
          given_up_at: null,
          failure: null,
          problem: null,
        })
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async deleteOld(before: number): Promise<void> {
      const where = sql<boolean>`created_at < ${before}`;
      await deleteInSteps(db, { from: "webhook_deliveries", key: ["endpoint_id", "id"], by: "created_at", where });
    },
  };
});

async function pause(db: Kysely<Tables>, endpointId: string, { pausedUntil }: FailedTry): Promise<void> {
  await db
    .updateTable("webhook_endpoints")
    .set((eb) => ({ failures: eb("failures", "+", 1), paused_until: pausedUntil }))
    .where("id", "=", endpointId)
    .execute();
}

/** The number of due deliveries that a replica reads. A replica leases fewer deliveries, at most one for each owner. */
const CANDIDATES = 200;

type Wanted = { engine: Engine; now: number; busy: readonly string[]; busyOwners: readonly string[] };

/** Finds the oldest due delivery of each endpoint, ordered by due time. Does not read the deliveries of endpoints that must wait. */
function dueDeliveries(db: Kysely<Tables>, { engine, now, busy, busyOwners }: Wanted) {
  return (
    db
      .withRecursive("waiting", () => waitingEndpoints(db))
      .selectFrom("waiting")
      .crossJoin("webhook_endpoints as endpoint")
      // On SQLite, a cross join fixes the order in which SQLite reads the tables.
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

/** Selects the endpoints with waiting deliveries. Each endpoint needs only one step in the index. */
function waitingEndpoints(db: Kysely<Tables>) {
  const next = (after: RawBuilder<SqlBool>) =>
    sql<string>`(select min(endpoint_id) from webhook_deliveries where due_at is not null and ${after})`.as("id");
  // Every id is greater than the empty string. Without this condition, PostgreSQL 18 plans a scan of the whole index.
  return db.selectNoFrom(next(sql`endpoint_id > ''`)).unionAll((eb) =>
    eb
      .selectFrom("waiting" as never)
      .select(next(sql`endpoint_id > waiting.id`))
      .where(sql<SqlBool>`waiting.id is not null`),
  );
}

/** Selects the oldest due delivery of an endpoint, except messages that must wait for an earlier message about the same subject. */
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

/** Queues messages for the endpoints that subscribe to them. If the owners have no endpoint, runs one query. Not in an embedding. */
export async function queueMessages(
  { db, engine }: { db: Kysely<Tables>; engine: Engine },
  messages: readonly WebhookMessage[],
): Promise<void> {
  if (messages.length === 0 || !engine.hasServiceTables) return;
  const owners = [SERVICE_OWNER, ...new Set(messages.map(({ ownerId }) => ownerId))];
  const anyEndpoint = db.selectFrom("webhook_endpoints").select("id").where("owner_id", "in", owners).limit(1);
  if ((await anyEndpoint.executeTakeFirst()) === undefined) return;
  for (const message of messages) await queueingValues(messageValues(message)).execute(db);
}

const WHOLE = sql``;

/** Builds the statement that inserts one delivery for each subscribed endpoint. `condition`: a further condition for the endpoints. */
export function queueingValues(values: MessageValues, condition = WHOLE) {
  const { id, type, subject, body, serviceBody, at, ownerId, subscription } = values;
  const service = sql.lit(SERVICE_OWNER);
  return sql`
    insert into ${sql.table("webhook_deliveries")}
      (endpoint_id, id, type, subject, body, created_at, queued_at, due_at, attempts)
    select webhook_endpoints.id, ${id}, ${type}, ${subject},
      case owner_id when ${service} then ${serviceBody} else ${body} end, ${at}, ${at}, ${at}, 0
    from ${sql.table("webhook_endpoints")}
    where owner_id in (${service}, ${ownerId}) and disabled_at is null
      and events like ${subscription} ${condition}`;
}
