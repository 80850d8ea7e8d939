import type { WebhookEvent } from "../../platform/database/unions.ts";
import type { WebhookMessage } from "../outbox/webhook.ts";
import type { AuditEvent } from "./audit-event.ts";

/** Builds the webhook messages of an event. For `url.issued`, a background job builds one message about several events. */
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
    // A copy of a file causes two events if its note has another owner. Only the event in the note of the copy is about a new file.
    case "attachment.copied":
      return event.detail.fromNoteId === undefined ? [] : [uploadReady(event)];
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
  const { sizeBytes = null } = event.detail;
  return message("upload.ready", event, { ...aboutFile(event), ...namesIn(event), sizeBytes });
}

function uploadRejected(event: AuditEvent): WebhookMessage {
  const { reason = null } = event.detail;
  return message("upload.rejected", event, { ...aboutFile(event), ...namesIn(event), reason });
}

function requestReceived(event: AuditEvent): WebhookMessage {
  const { sizeBytes = null, linkId = null, label = null, visitorName = null } = event.detail;
  const file = { ...aboutFile(event), ...namesIn(event), sizeBytes };
  const needsReview = event.detail.needsReview === true;
  return message("request.received", event, { ...file, linkId, label, visitorName, needsReview });
}

function aboutFile({ noteId, attachmentIds }: AuditEvent) {
  return { noteId, attachmentId: attachmentIds[0] ?? null };
}

/** Returns the filename, and the path if the file has a folder. */
function namesIn({ detail: { filename = null, path } }: AuditEvent) {
  return path === undefined ? { filename } : { filename, path };
}

/** Builds a message. An event can have several messages, so their ids contain the type, without the dot that webhooks forbid. */
export function message(type: WebhookEvent, event: AuditEvent, data: WebhookMessage["data"]): WebhookMessage {
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
