import type { Deps } from "../../platform/deps.ts";
import { deleteOldDeliveries } from "./jobs.ts";
import {
  createWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  listWebhooks,
  retryWebhookDelivery,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from "./manage.ts";

export type WebhookVerbs = ReturnType<typeof createWebhooks>;

/** Creates what the rest of the service does with this feature. */
export function createWebhooks(deps: Deps) {
  return {
    listWebhooks: listWebhooks(deps),
    createWebhook: createWebhook(deps),
    updateWebhook: updateWebhook(deps),
    rotateWebhookSecret: rotateWebhookSecret(deps),
    deleteWebhook: deleteWebhook(deps),
    testWebhook: testWebhook(deps),
    listWebhookDeliveries: listWebhookDeliveries(deps),
    retryWebhookDelivery: retryWebhookDelivery(deps),
    deleteOldDeliveries: deleteOldDeliveries(deps),
  };
}
