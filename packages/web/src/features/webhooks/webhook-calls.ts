import type { client } from "../../service/client.ts";
import { queryClient } from "../../service/queries.ts";

/** The calls for the notes of the user, or for the notes of everybody. */
export type WebhookCalls = (typeof client)["webhooks"];

/** `scope`: whose webhooks the page shows. It is part of the key, because the lists differ. */
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
