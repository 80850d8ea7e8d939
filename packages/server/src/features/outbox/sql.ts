import { sql } from "kysely";
import { type MessageValues, SERVICE_OWNER } from "./webhook.ts";

const WHOLE = sql``;

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
