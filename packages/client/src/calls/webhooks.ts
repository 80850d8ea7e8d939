import type { Call } from "../call.ts";
import type {
  CreateWebhookBody,
  UpdateWebhookBody,
  Webhook,
  WebhookDeliveryPage,
  Webhooks,
  WebhookTest,
  WebhookWithSecret,
} from "../wire.ts";
import type { PageOptions } from "./pages.ts";

/** The calls for webhooks. `path` is /webhooks for events about the caller's notes, or /admin/webhooks for events about all notes. */
export function webhookCalls(call: Call, path: "/webhooks" | "/admin/webhooks" = "/webhooks") {
  const one = (webhookId: string) => `${path}/${encodeURIComponent(webhookId)}`;
  return {
    list: ({ signal }: { signal?: AbortSignal } = {}) => call<Webhooks>("GET", path, { signal }),
    /** Creates a webhook. Only this response contains its secret. */
    create: (webhook: CreateWebhookBody) => call<WebhookWithSecret>("POST", path, { body: webhook }),
    /** Changes a webhook. `isDisabled: false` enables a disabled webhook. */
    update: (webhookId: string, change: UpdateWebhookBody) => call<Webhook>("PATCH", one(webhookId), { body: change }),
    /** Deletes a webhook and the list of its deliveries. */
    remove: (webhookId: string) => call<void>("DELETE", one(webhookId)),
    /** Makes a new secret. For 24 hours, the service also signs with the former secret. */
    rotateSecret: (webhookId: string) => call<WebhookWithSecret>("POST", `${one(webhookId)}/secret`),
    /** Sends a test message to the webhook. */
    test: (webhookId: string) => call<WebhookTest>("POST", `${one(webhookId)}/test`),
    /** Returns one page of the deliveries of the last 30 days, the newest first. */
    deliveries: (webhookId: string, { signal, ...query }: PageOptions = {}) =>
      call<WebhookDeliveryPage>("GET", `${one(webhookId)}/deliveries`, { query, signal }),
    /** Sends a message again. */
    retry: (webhookId: string, deliveryId: string) =>
      call<void>("POST", `${one(webhookId)}/deliveries/${encodeURIComponent(deliveryId)}/retry`),
  };
}
