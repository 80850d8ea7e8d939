import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { LinkKeys } from "../../platform/crypto/link-token.ts";
import type { WebhookEndpoint } from "../outbox/webhook.ts";

type Keys = LinkKeys["webhooks"];

/** How long the previous secret stays valid after a rotation. Milliseconds. */
export const FORMER_SECRET_MS = 24 * 3_600_000;

/**
 * Derives the secret of an endpoint from the first key. The database does not store the secret. The keys come from AUTH_SECRET, so a person
 * with only the database can't derive the secret (ADR 13).
 */
export function secretOf([key]: Keys, endpoint: Pick<WebhookEndpoint, "id" | "generation">): string {
  return makeSecret(key as Uint8Array, endpoint);
}

/**
 * Makes the headers of a delivery (Standard Webhooks). The headers contain one signature for each key. While the previous secret is valid,
 * the headers also contain its signatures, so that endpoints have time to store the new secret.
 */
export function signedHeaders(
  keys: Keys,
  endpoint: Pick<WebhookEndpoint, "id" | "generation" | "formerSecretUntil">,
  { id, body, now }: { id: string; body: string; now: number },
): Record<string, string> {
  const { formerSecretUntil = 0, generation } = endpoint;
  const generations = now < formerSecretUntil ? [generation, generation - 1] : [generation];
  // The specification of Standard Webhooks uses whole seconds.
  const at = new Date(Math.floor(now / 1000) * 1000);
  const signatures = keys.flatMap((key) =>
    generations.map((each) => new Webhook(makeSecret(key, { id: endpoint.id, generation: each })).sign(id, at, body)),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": signatures.join(" "),
  };
}

function makeSecret(key: Uint8Array, { id, generation }: Pick<WebhookEndpoint, "id" | "generation">): string {
  return `whsec_${createHmac("sha256", key).update(`${id} ${generation}`).digest("base64")}`;
}
