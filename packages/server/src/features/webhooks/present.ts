import type { WebhookDelivery, Webhook as WireWebhook } from "@valetkey/contract";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import type { Delivery, WebhookEndpoint } from "../outbox/webhook.ts";

export function presentWebhook(endpoint: WebhookEndpoint): WireWebhook {
  const { id, url, events, description, createdAt, disabledAt, problem, formerSecretUntil } = endpoint;
  return {
    ...{ id, url, events: [...events], description },
    createdAt: toIso(createdAt),
    disabledAt: isoOrNull(disabledAt),
    problem: problem ?? null,
    formerSecretUntil: isoOrNull(formerSecretUntil),
  };
}

export function presentDelivery(delivery: Delivery): WebhookDelivery {
  const { id, type, createdAt, attempts, dueAt, deliveredAt, givenUpAt, status, problem } = delivery;
  return {
    ...{ id, type, state: stateOf(delivery), createdAt: toIso(createdAt), attempts },
    dueAt: isoOrNull(dueAt),
    deliveredAt: isoOrNull(deliveredAt),
    givenUpAt: isoOrNull(givenUpAt),
    status: status ?? null,
    problem: problem ?? null,
  };
}

function stateOf({ deliveredAt, givenUpAt }: Delivery): WebhookDelivery["state"] {
  if (deliveredAt !== undefined) return "delivered";
  return givenUpAt === undefined ? "waiting" : "given_up";
}
