import { type Static, Type } from "typebox";
import { Id, Instant, PageQuery, PlainText, pageOf } from "./common.ts";
import { closedObject, orNull } from "./shapes.ts";

/** The events that a webhook can get. `url.issued`: one event about all URLs that the service issued in the last seconds. */
export const WebhookEvent = Type.Enum([
  "share.created",
  "link.claimed",
  "upload.ready",
  "upload.rejected",
  "request.received",
  "url.issued",
]);
export type WebhookEvent = Static<typeof WebhookEvent>;

const fields = {
  url: Type.String({ minLength: 1, maxLength: 2_000, ...PlainText }),
  events: Type.Array(WebhookEvent, { minItems: 1, maxItems: 6, uniqueItems: true }),
  description: Type.String({ maxLength: 200, ...PlainText }),
};

export const CreateWebhookBody = closedObject({ ...fields, description: Type.Optional(fields.description) });
export type CreateWebhookBody = Static<typeof CreateWebhookBody>;

/** Changes only the given members of a webhook. */
export const UpdateWebhookBody = closedObject(
  {
    url: Type.Optional(fields.url),
    events: Type.Optional(fields.events),
    description: Type.Optional(fields.description),
    isDisabled: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1 },
);
export type UpdateWebhookBody = Static<typeof UpdateWebhookBody>;

export const WebhookParams = closedObject({ webhookId: Id });

/** Why a webhook message did not arrive. Apps translate the code. */
export const WebhookFailure = Type.Enum([
  "status",
  "redirect",
  "unknown_host",
  "private_host",
  "not_https",
  "certificate",
  "refused",
  "closed",
  "timeout",
  "stopped",
  "disabled",
  "other",
]);
export type WebhookFailure = Static<typeof WebhookFailure>;

export const Webhook = Type.Object({
  id: Id,
  url: Type.String(),
  events: Type.Array(WebhookEvent),
  description: Type.String(),
  createdAt: Instant,
  disabledAt: orNull(Instant),
  problem: orNull(Type.String(), { description: "Why the service disabled it. null if the service did not" }),
  failure: orNull(WebhookFailure, { description: "The code of `problem`" }),
  failures: Type.Integer({ description: "The failed tries since the last message that arrived" }),
  lastDeliveredAt: orNull(Instant, { description: "When the last message arrived" }),
  formerSecretUntil: orNull(Instant, {
    description: "Until then messages are also signed with the secret before the last rotation",
  }),
});
export type Webhook = Static<typeof Webhook>;

export const Webhooks = Type.Object({ webhooks: Type.Array(Webhook) });
export type Webhooks = Static<typeof Webhooks>;

/** A webhook with its new secret. No other response contains the secret. */
export const WebhookWithSecret = Type.Object({ ...Webhook.properties, secret: Type.String() });
export type WebhookWithSecret = Static<typeof WebhookWithSecret>;

export const ListDeliveriesQuery = closedObject({ ...PageQuery.properties });

/** The id of a webhook message, which is also in the header `webhook-id` of its request. */
const DeliveryId = Type.String({ pattern: "^[0-9a-f-]{36}-[a-z]+-[a-z]+$", maxLength: 64 });

export const DeliveryParams = closedObject({ webhookId: Id, deliveryId: DeliveryId });

/** The delivery of one message to a webhook, without the content of the message. */
export const WebhookDelivery = Type.Object({
  id: Type.String(),
  type: Type.String(),
  state: Type.Enum(["waiting", "delivered", "given_up"]),
  createdAt: Instant,
  attempts: Type.Integer(),
  dueAt: orNull(Instant),
  deliveredAt: orNull(Instant),
  givenUpAt: orNull(Instant),
  status: orNull(Type.Integer(), { description: "The HTTP status of the last response" }),
  problem: orNull(Type.String()),
  failure: orNull(WebhookFailure, { description: "The code of `problem`" }),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const WebhookDeliveryPage = pageOf(WebhookDelivery);
export type WebhookDeliveryPage = Static<typeof WebhookDeliveryPage>;

/** The id of a test message. The list of deliveries shows whether the message arrived. */
export const WebhookTest = Type.Object({ deliveryId: Type.String() });
export type WebhookTest = Static<typeof WebhookTest>;
