import type { Selectable } from "kysely";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { WebhookEndpoint } from "./webhook.ts";
import type { Delivery, EndpointChange } from "./webhooks-port.ts";

type EndpointRow = Selectable<Tables["webhook_endpoints"]>;

export function toRow(endpoint: WebhookEndpoint): EndpointRow {
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

export function toChange({
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

export function toEndpoint(row: EndpointRow): WebhookEndpoint {
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

export function toDelivery(row: Omit<DeliveryRow, "endpoint_id" | "subject" | "body" | "queued_at">): Delivery {
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
