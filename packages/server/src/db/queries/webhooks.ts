import { type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import {
  bodyOf,
  SERVICE_OWNER,
  serviceBodyOf,
  type WebhookEndpoint,
  type WebhookMessage,
} from "../../domain/webhook.ts";
import { firstIdAt } from "../../usecases/first-id-at.ts";
import type {
  ClaimedDelivery,
  Delivery,
  EndpointChange,
  FailedTry,
  WebhookQueries,
} from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import { type FindUnfiledUrls, issuedUrlQueries } from "./issued-urls.ts";

/** The candidates of a claim. Several may belong to one owner, who gets one delivery of a claim. */
const CANDIDATES = 200;
const DISABLED = "The endpoint was disabled.";

type Context = { engine: Engine; unfiledUrls: FindUnfiledUrls | undefined };

export function webhookQueries(db: Kysely<Tables>, { engine, unfiledUrls }: Context): WebhookQueries {
  const ofOwner = (ownerId: string) => db.selectFrom("webhook_endpoints").selectAll().where("owner_id", "=", ownerId);
  const inOutbox = (endpointId: string) => db.updateTable("webhook_deliveries").where("endpoint_id", "=", endpointId);
  return {
    ...issuedUrlQueries(db, unfiledUrls),

    async insert(endpoint) {
      await db.insertInto("webhook_endpoints").values(toRow(endpoint)).execute();
    },

    async list(ownerId) {
      return (await ofOwner(ownerId).orderBy("id", "desc").execute()).map(toEndpoint);
    },

    async find(ownerId, endpointId) {
      const row = await ofOwner(ownerId).where("id", "=", endpointId).executeTakeFirst();
      return row && toEndpoint(row);
    },

    async update({ ownerId, id }, change) {
      const endpoint = db.updateTable("webhook_endpoints").where("owner_id", "=", ownerId).where("id", "=", id);
      const row = await endpoint.set(toChange(change)).returningAll().executeTakeFirst();
      return row && toEndpoint(row);
    },

    async delete(ownerId, endpointId) {
      const endpoint = db.deleteFrom("webhook_endpoints").where("owner_id", "=", ownerId).where("id", "=", endpointId);
      const row = await endpoint.returningAll().executeTakeFirst();
      if (row === undefined) return undefined;
      await db.deleteFrom("webhook_deliveries").where("endpoint_id", "=", endpointId).execute();
      return toEndpoint(row);
    },

    async deleteAllOf(ownerId) {
      const endpoints = ofOwner(ownerId).clearSelect().select("id");
      await db.deleteFrom("webhook_deliveries").where("endpoint_id", "in", endpoints).execute();
      await db.deleteFrom("webhook_endpoints").where("owner_id", "=", ownerId).execute();
    },

    queue: (...messages) => queueMessages(db, messages),

    async queueFor(endpointId, message) {
      const { id, type, subject, at } = message;
      const row = { endpoint_id: endpointId, id, type, subject, body: bodyOf(message), created_at: at, queued_at: at };
      await db
        .insertInto("webhook_deliveries")
        .values({ ...row, due_at: at, attempts: 0 })
        .execute();
    },

    async claim({ now, leaseEndsAt, busy, busyOwners, limit }) {
      const due = await dueDeliveries(db, { engine, now, busy, busyOwners });
      const first = due.filter(({ owner_id: id }, nth) => due.findIndex((one) => one.owner_id === id) === nth);
      const claimed: ClaimedDelivery[] = [];
      for (const { endpoint_id: endpointId, id, due_at: dueAt } of first.slice(0, limit)) {
        // The update requires the instant that was read before. So only one replica can claim the row, and the updates of others find no row.
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
        const { failures } = endpoint;
        const { body, attempts, queued_at: queuedAt } = row;
        claimed.push({ endpoint: { ...toEndpoint(endpoint), failures }, id, body, attempts, queuedAt, leaseEndsAt });
      }
      return claimed;
    },

    async delivered({ endpoint, id }, { now, status }) {
      await inOutbox(endpoint.id)
        .set({ due_at: null, delivered_at: now, status, problem: null })
        .where("id", "=", id)
        .execute();
      await db
        .updateTable("webhook_endpoints")
        .set({ failures: 0, paused_until: 0, succeeded_at: now })
        .where("id", "=", endpoint.id)
        .execute();
    },

    async postpone({ endpoint, id, leaseEndsAt }, { dueAt, ...failed }) {
      await inOutbox(endpoint.id)
        .set({ due_at: dueAt, status: failed.status ?? null, problem: failed.problem })
        .where("id", "=", id)
        .where("due_at", "=", leaseEndsAt)
        .execute();
      await pause(db, endpoint.id, failed);
    },

    async giveUp({ endpoint, id, queuedAt }, failed) {
      const { now, status = null, problem } = failed;
      await inOutbox(endpoint.id)
        .set({ due_at: null, given_up_at: now, status, problem })
        .where("id", "=", id)
        .where("delivered_at", "is", null)
        .execute();
      await pause(db, endpoint.id, failed);
      const { numUpdatedRows } = await db
        .updateTable("webhook_endpoints")
        .set({ disabled_at: now, problem })
        .where("id", "=", endpoint.id)
        .where("disabled_at", "is", null)
        .where((eb) => eb.or([eb("succeeded_at", "is", null), eb("succeeded_at", "<", queuedAt)]))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await inOutbox(endpoint.id)
        .set({ due_at: null, given_up_at: now, problem: DISABLED })
        .where("due_at", "is not", null)
        .execute();
      return true;
    },

    async listDeliveries(endpointId, { limit, cursor }) {
      const before = decodeCursor(cursor);
      const rows = await db
        .selectFrom("webhook_deliveries")
        .select(["id", "type", "created_at", "attempts", "due_at", "delivered_at", "given_up_at", "status", "problem"])
        .where("endpoint_id", "=", endpointId)
        .$if(before !== undefined, (query) => query.where("id", "<", before as string))
        .orderBy("id", "desc")
        .limit(limit + 1)
        .execute();
      return toPage(rows.map(toDelivery), limit);
    },

    async retry({ endpointId, id }, now) {
      const { numUpdatedRows } = await inOutbox(endpointId)
        .set({ due_at: now, queued_at: now, attempts: 0, delivered_at: null, given_up_at: null, problem: null })
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async deleteOld(before) {
      await db.deleteFrom("webhook_deliveries").where("created_at", "<", before).execute();
    },
  };
}

/** Queues messages for the endpoints that subscribe to them. If their owners have no endpoints, it runs only one query. */
export async function queueMessages(db: Kysely<Tables>, messages: readonly WebhookMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const owners = [SERVICE_OWNER, ...new Set(messages.map(({ ownerId }) => ownerId))];
  const anyEndpoint = db.selectFrom("webhook_endpoints").select("id").where("owner_id", "in", owners).limit(1);
  if ((await anyEndpoint.executeTakeFirst()) === undefined) return;
  for (const message of messages) await queueing(message).execute(db);
}

const WHOLE = sql``;

export const messageColumns = [
  "id",
  "type",
  "subject",
  "body",
  "serviceBody",
  "at",
  "ownerId",
  "subscription",
] as const;

/** The columns of a message, as values or as the markers of a compiled statement. */
export type MessageValues = Record<(typeof messageColumns)[number], unknown>;

export function messageValues(message: WebhookMessage): MessageValues {
  const { id, type, subject, at, ownerId } = message;
  const bodies = { body: bodyOf(message), serviceBody: serviceBodyOf(message) };
  return { id, type, subject, ...bodies, at, ownerId, subscription: `%"${type}"%` };
}

/** The insert of one delivery for each endpoint that subscribes. `condition`: a further condition. */
export function queueingValues(values: MessageValues, condition = WHOLE) {
  const { id, type, subject, body, serviceBody, at, ownerId, subscription } = values;
  const service = sql.lit(SERVICE_OWNER);
  return sql`
    insert into webhook_deliveries
      (endpoint_id, id, type, subject, body, created_at, queued_at, due_at, attempts)
    select webhook_endpoints.id, ${id}, ${type}, ${subject},
      case owner_id when ${service} then ${serviceBody} else ${body} end, ${at}, ${at}, ${at}, 0
    from webhook_endpoints
    where owner_id in (${service}, ${ownerId}) and disabled_at is null
      and events like ${subscription} ${condition}`;
}

function queueing(message: WebhookMessage) {
  return queueingValues(messageValues(message));
}

type Wanted = { engine: Engine; now: number; busy: readonly string[]; busyOwners: readonly string[] };

/** The oldest due delivery of each endpoint, the oldest first. A claim reads nothing of the queue of an endpoint that must wait. */
function dueDeliveries(db: Kysely<Tables>, { engine, now, busy, busyOwners }: Wanted) {
  return (
    db
      .selectFrom("webhook_endpoints as endpoint")
      // On SQLite, a cross join also fixes the order in which the tables are read.
      .crossJoin("webhook_deliveries as delivery")
      .select(["delivery.endpoint_id", "delivery.id", "delivery.due_at", "endpoint.owner_id"])
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

/** The oldest due delivery of `endpoint`. A message waits until an earlier message about the same subject has ended, even if the earlier one is only due later. */
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

async function pause(db: Kysely<Tables>, endpointId: string, { pausedUntil }: FailedTry): Promise<void> {
  await db
    .updateTable("webhook_endpoints")
    .set((eb) => ({ failures: eb("failures", "+", 1), paused_until: pausedUntil }))
    .where("id", "=", endpointId)
    .execute();
}

type EndpointRow = Selectable<Tables["webhook_endpoints"]>;

function toRow(endpoint: WebhookEndpoint): EndpointRow {
  return {
    id: endpoint.id,
    owner_id: endpoint.ownerId,
    url: endpoint.url,
    events: JSON.stringify(endpoint.events),
    description: endpoint.description,
    generation: endpoint.generation,
    former_secret_until: endpoint.formerSecretUntil ?? null,
    created_at: endpoint.createdAt,
    disabled_at: endpoint.disabledAt ?? null,
    problem: endpoint.problem ?? null,
    failures: 0,
    paused_until: 0,
    succeeded_at: null,
    urls_reported_until: endpoint.events.includes("url.issued") ? firstIdAt(endpoint.createdAt) : null,
  };
}

const URL_REPORTS = { restart: firstIdAt, stop: () => null };

function toChange({
  now,
  events,
  formerSecretUntil,
  isDisabled,
  urlReports,
  ...same
}: EndpointChange & { now: number }) {
  return {
    ...same,
    ...(events && { events: JSON.stringify(events) }),
    ...(formerSecretUntil !== undefined && { former_secret_until: formerSecretUntil }),
    ...(isDisabled !== undefined && { disabled_at: isDisabled ? now : null }),
    ...(isDisabled === false && { failures: 0, paused_until: 0, problem: null }),
    ...(urlReports && { urls_reported_until: URL_REPORTS[urlReports](now) }),
  };
}

function toEndpoint(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    ownerId: row.owner_id,
    url: row.url,
    events: JSON.parse(row.events),
    description: row.description,
    generation: row.generation,
    formerSecretUntil: row.former_secret_until ?? undefined,
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? undefined,
    problem: row.problem ?? undefined,
  };
}

type DeliveryRow = Selectable<Tables["webhook_deliveries"]>;

function toDelivery(row: Omit<DeliveryRow, "endpoint_id" | "subject" | "body" | "queued_at">): Delivery {
  return {
    id: row.id,
    type: row.type,
    createdAt: row.created_at,
    attempts: row.attempts,
    dueAt: row.due_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    givenUpAt: row.given_up_at ?? undefined,
    status: row.status ?? undefined,
    problem: row.problem ?? undefined,
  };
}
