import { type Kysely, sql } from "kysely";
import { decodeCursor, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { deleteInSteps } from "../../platform/database/writes.ts";
import { dueDeliveries } from "./due-deliveries.ts";
import { bodyOf } from "./webhook.ts";
import { queueMessages } from "./webhook-messages.ts";
import { toChange, toDelivery, toEndpoint, toRow } from "./webhook-rows.ts";
import type { ClaimedDelivery, FailedTry, WebhookQueries } from "./webhooks-port.ts";

const DISABLED = "The endpoint was disabled.";

export const webhookQueries = defineQueries("database.webhooks", ({ kysely: db, engine }): WebhookQueries => {
  const ofOwner = (ownerId: string) => db.selectFrom("webhook_endpoints").selectAll().where("owner_id", "=", ownerId);
  const inOutbox = (endpointId: string) => db.updateTable("webhook_deliveries").where("endpoint_id", "=", endpointId);
  return {
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
        // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can claim the
        // row.
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
