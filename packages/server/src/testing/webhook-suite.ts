import { v7 as newId } from "uuid";
import type { WebhookEndpoint, WebhookMessage } from "../features/outbox/webhook.ts";
import { type WebhookFailure, webhookWork } from "../features/webhooks/deliver.ts";
import { deriveLinkKeys } from "../platform/crypto/link-token.ts";
import { openRunner } from "../platform/jobs/runner.ts";
import { createWebhookSender } from "../platform/outgoing/send-webhook.ts";
import type { DatabaseFixture } from "./database/use-database.ts";

export const webhookKeys = deriveLinkKeys(["the secret of this test, which is long enough"]);

export function sampleEndpoint(given: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id: newId(),
    ownerId: "ann",
    url: "http://127.0.0.1:1/",
    events: ["upload.ready"],
    description: "",
    generation: 0,
    formerSecretUntil: undefined,
    createdAt: Date.UTC(2030, 0, 1),
    disabledAt: undefined,
    problem: undefined,
    failure: undefined,
    failures: 0,
    succeededAt: undefined,
    ...given,
  };
}

export function sampleMessage(given: Partial<WebhookMessage> = {}): WebhookMessage {
  const id = `${newId()}-upload-ready`;
  return { id, type: "upload.ready", subject: id, ownerId: "ann", at: Date.UTC(2030, 0, 1), data: {}, ...given };
}

/** Creates webhook deliveries that send real HTTP requests. The pauses between them have no random part. */
export function deliveriesOn(suite: DatabaseFixture, { withinMs = 5_000 }: { withinMs?: number } = {}) {
  const failures: WebhookFailure[] = [];
  const sender = createWebhookSender({ allowsLoopback: true, withinMs });
  const deps = { db: suite.db, clock: () => suite.clock.now, linkKeys: webhookKeys, sender };
  const options = {
    onFailure: (failure: WebhookFailure) => void failures.push(failure),
    random: () => 0.5,
  };
  const onError = (error: unknown) => {
    throw error;
  };
  return { ...openRunner(webhookWork(deps, options), { onError }), failures };
}
