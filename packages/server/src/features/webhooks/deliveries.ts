import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import type { Caller } from "../access/caller.ts";
import type { Delivery, WebhookEndpoint } from "../outbox/webhook.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { found, ownerOf, type WebhookScope } from "./manage.ts";

/**
 * Limits how many test messages and repeated messages one person can send. Each message is an HTTP request to a server that the person
 * chose.
 */
const LIMIT: WindowLimit = { name: "webhook sends", max: 100, windowMs: 3_600_000 };
const TOO_MANY = "You sent too many messages by hand. Wait until Retry-After has passed, then try again.";
const DISABLED = "This webhook is disabled. Enable it first.";

/** Lists the deliveries of the last 30 days, the newest first. Throws `webhook_not_found` or `access_denied`. */
export function listWebhookDeliveries(deps: Deps) {
  return async (
    caller: Caller,
    scope: WebhookScope,
    { id, ...page }: PageRequest & { id: string },
  ): Promise<Page<Delivery>> => {
    found(await webhookQueries(deps.db).find(await ownerOf(deps, { caller, scope }), id));
    return webhookQueries(deps.db).listDeliveries(id, page);
  };
}

/** Sends a message again, even if it was delivered. Throws `webhook_not_found`, `webhook_disabled`, `rate_limited` or `access_denied`. */
export function retryWebhookDelivery(deps: Deps) {
  const { db, clock } = deps;
  return async (
    caller: Caller,
    scope: WebhookScope,
    { id, deliveryId }: { id: string; deliveryId: string },
  ): Promise<void> => {
    await requireActive(deps, { caller, scope, id });
    if (!(await webhookQueries(db).retry({ endpointId: id, id: deliveryId }, clock()))) {
      throw new DomainError("webhook_not_found", "This webhook has no such delivery.");
    }
    deps.webhooks?.onQueued();
  };
}

/** Queues a test message, which is not about an event. Throws the same errors as `retryWebhookDelivery`. */
export function testWebhook(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, scope: WebhookScope, id: string): Promise<{ deliveryId: string }> => {
    const { ownerId } = await requireActive(deps, { caller, scope, id });
    const deliveryId = `${newId()}-webhook-test`;
    const data = { webhookId: id };
    await webhookQueries(db).queueFor(id, {
      ...{ id: deliveryId, type: "webhook.test", subject: deliveryId, ownerId, at: clock(), data },
    });
    deps.webhooks?.onQueued();
    return { deliveryId };
  };
}

async function requireActive(
  deps: Deps,
  { caller, scope, id }: { caller: Caller; scope: WebhookScope; id: string },
): Promise<WebhookEndpoint> {
  const endpoint = found(await webhookQueries(deps.db).find(await ownerOf(deps, { caller, scope }), id));
  if (endpoint.disabledAt !== undefined) throw new DomainError("webhook_disabled", DISABLED);
  await takeFromWindow(deps, { limit: LIMIT, holder: caller.userId, amount: 1, problem: TOO_MANY });
  return endpoint;
}
