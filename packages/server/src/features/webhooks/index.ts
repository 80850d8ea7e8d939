import type { Deps } from "../../platform/deps.ts";
import { deleteOldDeliveries } from "./jobs.ts";
import * as webhooks from "./manage.ts";

export type WebhookVerbs = ReturnType<typeof createWebhooks>;

/** Creates what the rest of the service does with this feature. */
export function createWebhooks(deps: Deps) {
  return {
    listWebhooks: webhooks.listWebhooks(deps),
    createWebhook: webhooks.createWebhook(deps),
    updateWebhook: webhooks.updateWebhook(deps),
    rotateWebhookSecret: webhooks.rotateWebhookSecret(deps),
    deleteWebhook: webhooks.deleteWebhook(deps),
    testWebhook: webhooks.testWebhook(deps),
    listWebhookDeliveries: webhooks.listWebhookDeliveries(deps),
    retryWebhookDelivery: webhooks.retryWebhookDelivery(deps),
    deleteOldDeliveries: deleteOldDeliveries(deps),
  };
}
