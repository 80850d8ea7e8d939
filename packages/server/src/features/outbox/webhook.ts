import type { AuditEvent } from "../audit/audit-event.ts";

/** The kinds of events that an endpoint can subscribe to. A message of the kind `url.issued` summarises several events. */
export const webhookEvents = [
  "share.created",
  "link.claimed",
  "upload.ready",
  "upload.rejected",
  "request.received",
  "url.issued",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** `webhook.test` is the only kind that an endpoint can't subscribe to. */
export type MessageType = WebhookEvent | "webhook.test";

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

/**
 * Builds the messages about one event of the audit log. Returns no message for the action `url.issued`, because a background job sums up
 * several such events in one message.
 */
export function messagesOf(event: AuditEvent): WebhookMessage[] {
  switch (event.action) {
    case "share.granted":
    case "invitation.created":
      return [shareCreated(event)];
    case "link.claimed":
      return [linkClaimed(event)];
    case "attachment.uploaded":
    case "attachment.accepted":
      return [uploadReady(event)];
    case "attachment.adopted":
      return event.detail.needsScan === true ? [] : [uploadReady(event)];
    case "attachment.rejected":
      return [uploadRejected(event)];
    case "link.received":
      return event.detail.needsReview === true
        ? [requestReceived(event)]
        : [requestReceived(event), uploadReady(event)];
    default:
      return [];
  }
}

function shareCreated(event: AuditEvent): WebhookMessage {
  const { userId = null, email = null, role = null, expiresAt = null } = event.detail;
  return message("share.created", event, { ...aboutFile(event), userId, email, role, expiresAt });
}

function linkClaimed(event: AuditEvent): WebhookMessage {
  const { linkId = "", label = null, claimId = null } = event.detail;
  const data = { noteId: event.noteId, attachmentIds: event.attachmentIds, linkId, label, claimId };
  return { ...message("link.claimed", event, data), subject: String(linkId) };
}

function uploadReady(event: AuditEvent): WebhookMessage {
  const { filename = null, sizeBytes = null } = event.detail;
  return message("upload.ready", event, { ...aboutFile(event), filename, sizeBytes });
}

function uploadRejected(event: AuditEvent): WebhookMessage {
  const { filename = null, reason = null } = event.detail;
  return message("upload.rejected", event, { ...aboutFile(event), filename, reason });
}

function requestReceived(event: AuditEvent): WebhookMessage {
  const { filename = null, sizeBytes = null, linkId = null, label = null, visitorName = null } = event.detail;
  const file = { ...aboutFile(event), filename, sizeBytes };
  const needsReview = event.detail.needsReview === true;
  return message("request.received", event, { ...file, linkId, label, visitorName, needsReview });
}

function aboutFile({ noteId, attachmentIds }: AuditEvent) {
  return { noteId, attachmentId: attachmentIds[0] ?? null };
}

/** One event of the audit log can cause several messages, so a message id contains the type. The specification forbids a dot in the id. */
function message(type: WebhookEvent, event: AuditEvent, data: WebhookMessage["data"]): WebhookMessage {
  const { id, ownerId, at, actorId, noteId, attachmentIds } = event;
  return {
    id: `${id}-${type.replace(".", "-")}`,
    type,
    subject: attachmentIds[0] ?? noteId,
    ownerId,
    at,
    data: { ...data, actorId },
  };
}
