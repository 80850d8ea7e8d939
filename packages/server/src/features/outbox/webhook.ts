import type { MessageType, WebhookEvent } from "../../platform/database/unions.ts";

/** The owner id of the endpoints that belong to the service itself. No user has this id. */
export const SERVICE_OWNER = "";

/** A server to which the service sends messages. Instants are milliseconds since the epoch. */
export type WebhookEndpoint = {
  id: string;
  /** The endpoint gets messages about the notes of this user. `SERVICE_OWNER`: it gets messages about all notes. */
  ownerId: string;
  url: string;
  events: readonly WebhookEvent[];
  description: string;
  /** The secret is derived from the id and this number (features/webhooks/secrets.ts). */
  generation: number;
  /** Until this instant, the service also signs messages with the previous secret. Undefined: the secret was never replaced. */
  formerSecretUntil: number | undefined;
  createdAt: number;
  /** Undefined: the endpoint is enabled and gets messages. */
  disabledAt: number | undefined;
  /** The reason why the service disabled the endpoint. Undefined: the service did not disable it. */
  problem: string | undefined;
};

/** A message. The service sends it to every endpoint that subscribes to its type. */
export type WebhookMessage = {
  /**
   * Begins with a UUIDv7, so that ids sort by time. The header `webhook-id` contains this id. The id is the same for each attempt and each
   * endpoint.
   */
  id: string;
  type: MessageType;
  /** The id of the thing that the message is about, such as a file or a link. Messages with the same subject arrive in order. */
  subject: string;
  /** The owner of the note. */
  ownerId: string;
  at: number;
  data: Readonly<Record<string, unknown>>;
};

/** Builds the body of the HTTP request that delivers a message. */
export function bodyOf({ type, at, data }: Pick<WebhookMessage, "type" | "at" | "data">): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}

/**
 * Administrators see no filenames of other people (docs/security-requirements.md, 47). So messages to the endpoints of the service omit
 * these members.
 */
const HIDDEN_FROM_SERVICE = new Set(["filename", "reason", "visitorName"]);

/** Builds the body of a delivery to a webhook endpoint that belongs to the service, not to a person. */
export function serviceBodyOf({ data, ...message }: Pick<WebhookMessage, "type" | "at" | "data">): string {
  const shown = Object.entries(data).filter(([name]) => !HIDDEN_FROM_SERVICE.has(name));
  return bodyOf({ ...message, data: Object.fromEntries(shown) });
}
