import { type Kysely, sql } from "kysely";
import type { Tables } from "../../platform/database/schema.ts";
import { bodyOf, SERVICE_OWNER, serviceBodyOf, type WebhookMessage } from "./webhook.ts";

/**
 * Queues messages for the endpoints that subscribe to them. If neither the owners of the messages nor the service have endpoints, this
 * function runs only one query.
 */
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

/** The values of the columns of a message. In a compiled statement, each value is a marker. */
export type MessageValues = Record<(typeof messageColumns)[number], unknown>;

export function messageValues(message: WebhookMessage): MessageValues {
  const { id, type, subject, at, ownerId } = message;
  const bodies = { body: bodyOf(message), serviceBody: serviceBodyOf(message) };
  return { id, type, subject, ...bodies, at, ownerId, subscription: `%"${type}"%` };
}

/**
 * Builds the statement that inserts one delivery for each endpoint that subscribes to the message. `condition`: an additional condition.
 */
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
