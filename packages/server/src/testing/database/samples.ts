import { v7 as newId } from "uuid";
import type { Attachment, Upload } from "../../features/access/attachment.ts";
import type { Note, NoteSummary } from "../../features/access/note.ts";
import type { AuditEvent } from "../../features/audit/audit-event.ts";
import type { Link } from "../../features/links/link.ts";
import { INVITATION_MS, type Invitation } from "../../features/sharing/invitation.ts";
import type { Share } from "../../features/sharing/share.ts";
import type { ApiToken } from "../../features/tokens/queries.ts";

const AT = Date.UTC(2030, 0, 1);

export function sampleNote(given: Partial<Note> = {}): Note {
  return { id: newId(), ownerId: "ann", title: "Title", body: "Body", createdAt: AT, updatedAt: AT, ...given };
}

/** Returns a note as a list shows it, with a short body and no attachments. */
export function summaryOf({ body, ...note }: Note): NoteSummary {
  return {
    ...note,
    snippet: body,
    attachmentCount: 0,
    accessRequestCount: 0,
    isNew: false,
    isPinned: false,
    hasBeenShared: false,
    accessExpiresAt: undefined,
  };
}

export function sampleAttachment(note: Note, given: Partial<Attachment> = {}): Attachment {
  const id = newId();
  return {
    id,
    noteId: note.id,
    ownerId: note.ownerId,
    createdBy: note.ownerId,
    objectKey: `objects/${id}`,
    ownsObject: true,
    path: "",
    filename: "Überblick 📎.pdf",
    contentType: "application/pdf",
    sizeBytes: 5 * 1024 ** 4,
    checksum: undefined,
    state: "pending",
    rejectReason: undefined,
    createdAt: AT,
    ...given,
  };
}

export function sampleUpload(attachment: Attachment, given: Partial<Upload> = {}): Upload {
  return {
    id: newId(),
    attachmentId: attachment.id,
    noteId: attachment.noteId,
    userId: attachment.createdBy,
    objectKey: attachment.objectKey,
    multipart: undefined,
    path: attachment.path,
    filename: attachment.filename,
    contentType: attachment.contentType,
    sizeBytes: attachment.sizeBytes,
    declaredChecksum: undefined,
    idempotencyKey: undefined,
    staged: false,
    state: "pending",
    expiresAt: AT + 900_000,
    createdAt: AT,
    ...given,
  };
}

export function sampleShare(given: Partial<Share> = {}): Share {
  return { userId: "bob", role: "viewer", expiresAt: undefined, createdAt: AT, createdBy: "ann", ...given };
}

/** Makes an open invitation of an email address that no user has. */
export function sampleInvitation(note: Note, given: Partial<Invitation> = {}): Invitation {
  return {
    id: newId(),
    noteId: note.id,
    attachmentId: undefined,
    ownerId: note.ownerId,
    email: "invited@example.com",
    role: "viewer",
    expiresAt: undefined,
    userId: undefined,
    invitedBy: note.ownerId,
    invitedAt: AT,
    generation: 0,
    linkExpiresAt: AT + INVITATION_MS,
    acceptedAt: undefined,
    ...given,
  };
}

export function sampleEvent(given: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: newId(),
    at: AT,
    action: "url.issued",
    actorId: "bob",
    noteId: newId(),
    ownerId: "ann",
    attachmentIds: [newId()],
    detail: { filename: "a.pdf", sizeBytes: 12, inline: false, expiresAt: null },
    ...given,
  };
}

export function sampleToken(given: Partial<ApiToken> = {}): ApiToken {
  const id = newId();
  return {
    id,
    userId: "ann",
    label: "laptop",
    tokenHash: `hash-of-${id}`,
    createdAt: AT,
    expiresAt: undefined,
    lastUsedAt: undefined,
    ...given,
  };
}

export function sampleLink(note: Note, given: Partial<Link> = {}): Link {
  return {
    id: newId(),
    generation: 0,
    kind: "download",
    noteId: note.id,
    ownerId: note.ownerId,
    createdBy: note.ownerId,
    label: "For the tax office",
    message: "",
    attachmentIds: undefined,
    expiresAt: AT + 1000,
    passwordHash: undefined,
    passwordVersion: 0,
    maxClaims: undefined,
    claims: 0,
    opened: 0,
    urlTtlSeconds: 60,
    notify: "never",
    showPreviews: false,
    recipients: [],
    request: undefined,
    createdAt: AT,
    revokedAt: undefined,
    ...given,
  };
}
