import * as wire from "@valetkey/contract";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { Delivery, WebhookEndpoint } from "../outbox/webhook.ts";
import type { WebhookScope, WebhookVerbs } from "./index.ts";

const own = operations("webhooks", schemasOf({ name: "Webhook", notes: "your notes" }));
const ofService = operations("administration", schemasOf({ name: "ServiceWebhook", notes: "the notes of all users" }));

type Schemas = ReturnType<typeof schemasOf>;

/** Returns the schemas for the webhooks of a user or of the service, which differ only in names and summaries. */
function schemasOf({ name, notes }: { name: string; notes: string }) {
  const params = wire.WebhookParams;
  return {
    list: {
      operationId: `list${name}s`,
      summary: `List the webhooks of ${notes}, newest first`,
      response: { 200: wire.Webhooks },
    },
    create: {
      operationId: `create${name}`,
      summary: `Create a webhook of ${notes}. Only this response contains its secret`,
      body: wire.CreateWebhookBody,
      response: { 201: wire.WebhookWithSecret },
    },
    update: {
      operationId: `update${name}`,
      summary: `Change, disable or enable a webhook of ${notes}`,
      params,
      body: wire.UpdateWebhookBody,
      response: { 200: wire.Webhook },
    },
    remove: {
      operationId: `delete${name}`,
      summary: `Delete a webhook of ${notes}, with its deliveries`,
      params,
      response: { 204: emptyResponse },
    },
    rotate: {
      operationId: `rotate${name}Secret`,
      summary: `Make a new secret for a webhook of ${notes}. The old secret stays valid for 24 hours`,
      params,
      response: { 200: wire.WebhookWithSecret },
    },
    test: {
      operationId: `test${name}`,
      summary: `Send a test message to a webhook of ${notes}`,
      params,
      response: { 202: wire.WebhookTest },
    },
    deliveries: {
      operationId: `list${name}Deliveries`,
      summary: `List the deliveries to a webhook of ${notes} in the last 30 days, newest first`,
      params,
      querystring: wire.ListDeliveriesQuery,
      response: { 200: wire.WebhookDeliveryPage },
    },
    retry: {
      operationId: `retry${name}Delivery`,
      summary: `Send a message to a webhook of ${notes} again`,
      params: wire.DeliveryParams,
      response: { 204: emptyResponse },
    },
  };
}

export function webhookRoutes(app: App, deps: RouteDeps<WebhookVerbs>): void {
  const scopes = [
    { path: "/webhooks", scope: "own", schemas: own },
    { path: "/admin/webhooks", scope: "service", schemas: ofService },
  ] as const;
  for (const each of scopes) {
    endpointRoutes(app, { ...deps, ...each });
    deliveryRoutes(app, { ...deps, ...each });
  }
}

type Parts = RouteDeps<WebhookVerbs> & { path: string; scope: WebhookScope; schemas: Schemas };

function endpointRoutes(app: App, { useCases, path, scope, schemas }: Parts): void {
  app.get(path, { schema: schemas.list }, async (request) => ({
    webhooks: (await useCases.listWebhooks(callerOf(request), scope)).map(presentWebhook),
  }));

  app.post(path, { schema: schemas.create }, async (request, reply) => {
    const { description = "", ...input } = request.body;
    const { endpoint, secret } = await useCases.createWebhook(callerOf(request), scope, { ...input, description });
    return reply.code(201).send({ ...presentWebhook(endpoint), secret });
  });

  app.patch(`${path}/:webhookId`, { schema: schemas.update }, async (request) => {
    const input = { ...request.body, id: request.params.webhookId };
    return presentWebhook(await useCases.updateWebhook(callerOf(request), scope, input));
  });

  app.delete(`${path}/:webhookId`, { schema: schemas.remove }, async (request, reply) => {
    await useCases.deleteWebhook(callerOf(request), scope, request.params.webhookId);
    return reply.code(204).send(null);
  });

  app.post(`${path}/:webhookId/secret`, { schema: schemas.rotate }, async (request) => {
    const { webhookId } = request.params;
    const { endpoint, secret } = await useCases.rotateWebhookSecret(callerOf(request), scope, webhookId);
    return { ...presentWebhook(endpoint), secret };
  });
}

function deliveryRoutes(app: App, { useCases, takeTurn, path, scope, schemas }: Parts): void {
  app.post(`${path}/:webhookId/test`, { schema: schemas.test }, async (request, reply) =>
    reply.code(202).send(await useCases.testWebhook(callerOf(request), scope, request.params.webhookId)),
  );

  const lists = { schema: schemas.deliveries, preHandler: takeTurn };
  app.get(`${path}/:webhookId/deliveries`, lists, async (request) => {
    const page = { id: request.params.webhookId, ...request.query };
    const { items, nextCursor } = await useCases.listWebhookDeliveries(callerOf(request), scope, page);
    return { items: items.map(presentDelivery), nextCursor: nextCursor ?? null };
  });

  app.post(`${path}/:webhookId/deliveries/:deliveryId/retry`, { schema: schemas.retry }, async (request, reply) => {
    const { webhookId: id, deliveryId } = request.params;
    await useCases.retryWebhookDelivery(callerOf(request), scope, { id, deliveryId });
    return reply.code(204).send(null);
  });
}

function presentWebhook(endpoint: WebhookEndpoint): wire.Webhook {
  const { id, url, events, description, createdAt, disabledAt, failures, ...ends } = endpoint;
  return {
    ...{ id, url, events: [...events], description },
    createdAt: toIso(createdAt),
    disabledAt: isoOrNull(disabledAt),
    ...presentProblem(endpoint),
    failures,
    lastDeliveredAt: isoOrNull(ends.succeededAt),
    formerSecretUntil: isoOrNull(ends.formerSecretUntil),
  };
}

function presentDelivery(delivery: Delivery): wire.WebhookDelivery {
  const { id, type, createdAt, attempts, dueAt, deliveredAt, givenUpAt, status } = delivery;
  return {
    ...{ id, type, state: stateOf(delivery), createdAt: toIso(createdAt), attempts },
    dueAt: isoOrNull(dueAt),
    deliveredAt: isoOrNull(deliveredAt),
    givenUpAt: isoOrNull(givenUpAt),
    status: status ?? null,
    ...presentProblem(delivery),
  };
}

/** A problem from an earlier version of the service has a text, but no code. */
function presentProblem({ problem, failure }: Pick<Delivery, "problem" | "failure">) {
  return { problem: problem ?? null, failure: problem === undefined ? null : (failure ?? "other") };
}

function stateOf({ deliveredAt, givenUpAt }: Delivery): wire.WebhookDelivery["state"] {
  if (deliveredAt !== undefined) return "delivered";
  return givenUpAt === undefined ? "waiting" : "given_up";
}
