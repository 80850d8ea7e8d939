import type { client } from "../../service/client.ts";
import { queryClient } from "../../service/queries.ts";

/** The calls for the webhooks of the user, or for the webhooks of the whole service. */
export type WebhookCalls = (typeof client)["webhooks"];

/** The scope of the webhooks that the page shows. The scope is part of the query key, because the lists differ. */
export type WebhookScope = "own" | "service";

export const webhookKeys = {
  list: (scope: WebhookScope) => ["webhooks", scope],
  deliveries: (webhookId: string) => ["webhook-deliveries", webhookId],
};

export function refreshWebhooks(scope: WebhookScope): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: webhookKeys.list(scope) });
}

export function refreshDeliveries(webhookId: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: webhookKeys.deliveries(webhookId) });
}
