import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AuditAction, FileVisitor } from "../../platform/database/unions.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import type { Attachment, Upload } from "../access/attachment.ts";
import { authoriseNote, permits } from "../access/authorise.ts";
import { type Caller, idInApplication, visitorIdOf } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { presentVisitor } from "../links/file-request.ts";
import { effectiveExpiry, type Link, type LinkWithCreator } from "../links/link.ts";
import { linkQueries } from "../links/queries/links.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { linkNotFound, stateOf } from "../links/visitor/admit.ts";
import { uploadQueries } from "./queries/uploads.ts";

/** The person who uploads a file: a user, or a visitor of the file request `linkId`. */
export type Sender = Caller & { linkId?: string | undefined };

/** The file request of a visitor. `deadline`: the instant at which the file request closes. Undefined: never. */
export type OpenRequest = { link: Link; deadline: number | undefined };

/**
 * Checks that the sender may currently add a file to the note. Returns the owner of the note and, for a visitor, the file request. Throws
 * `note_not_found`, `access_denied` or `link_not_found`.
 */
export async function authoriseSender(
  queries: Tx,
  { sender, noteId, now, limits }: { sender: Sender; noteId: string; now: number; limits: Limits },
): Promise<{ ownerId: string; request: OpenRequest | undefined }> {
  const { linkId } = sender;
  if (linkId === undefined) {
    const { ownerId } = await authoriseNote(queries, { caller: sender, noteId, action: "attachment.add" });
    return { ownerId, request: undefined };
  }
  const found = await linkQueries(queries).find(linkId);
  if (found?.link.noteId !== noteId || !acceptsFiles(found, { now, limits })) throw linkNotFound();
  const deadline = effectiveExpiry(found.link, limits.links);
  return { ownerId: found.link.ownerId, request: { link: found.link, deadline } };
}

/**
 * Returns whether a file request is currently open. Does not check whether the file request is full. In an embedding, the host application
 * has already been asked about the creator (links/visitor/admit.ts), because the service cannot ask the application inside a transaction.
 */
export function acceptsFiles(found: LinkWithCreator, { now, limits }: { now: number; limits: Limits }): boolean {
  const { link } = found;
  const creatorRole = idInApplication(link.createdBy) === undefined ? found.creatorRole : "owner";
  return link.kind === "upload" && stateOf({ ...found, creatorRole }, { now, policy: limits.links }) === "live";
}

/** Finds the caller's upload. Throws `upload_not_found`, even for an upload of another user or link, or of a file in the trash. */
export async function findOwnUpload(
  queries: Tx,
  { caller, uploadId }: { caller: Sender; uploadId: string },
): Promise<Upload> {
  const upload = await uploadQueries(queries).find(uploadId);
  const isOwn = upload?.userId === caller.userId && (await cameThrough(queries, { upload, linkId: caller.linkId }));
  if (upload === undefined || !isOwn || !(await attachmentQueries(queries).find(upload.attachmentId)))
    throw noSuch("upload");
  return upload;
}

async function cameThrough(
  tx: Tx,
  { upload, linkId }: { upload: Upload; linkId: string | undefined },
): Promise<boolean> {
  if (linkId === undefined) return true;
  return (await visitorFileQueries(tx).find(upload.attachmentId))?.linkId === linkId;
}

export function uploadOver({ state }: Pick<Upload, "state">): DomainError {
  return new DomainError("upload_not_pending", `The upload is over (${state}). Start a new one.`);
}

/** The new state and audit event of a verified file. `link`: the file request of a visitor. */
export type Right = {
  to: "ready" | "quarantined";
  action: AuditAction;
  detail: AuditEvent["detail"];
  link?: Link | undefined;
  /** The visitor who sent the file. Undefined: the sender is a user. */
  visitor?: FileVisitor | undefined;
};

/** Returns the new state and the event of a verified file. Returns undefined if the sender of the file may not send files any more. */
export async function rightOf(
  queries: Tx,
  { attachment, now, limits }: { attachment: Attachment; now: number; limits: Limits },
): Promise<Right | undefined> {
  const { createdBy, noteId } = attachment;
  // The completion has already asked the host application, which cannot be asked inside a transaction.
  // A slow verification is also no reason to refuse a file.
  if (idInApplication(createdBy) !== undefined) return { to: "ready", action: "attachment.uploaded", detail: {} };
  if (visitorIdOf(createdBy) === undefined) {
    const access = await accessQueries(queries).note(createdBy, noteId);
    return permits(access?.role, "attachment.add")
      ? { to: "ready", action: "attachment.uploaded", detail: {} }
      : undefined;
  }
  const file = await visitorFileQueries(queries).find(attachment.id);
  if (file === undefined) return undefined;
  const found = await linkQueries(queries).find(file.linkId);
  // The file request must have been open when the last byte arrived. A slow verification is no reason to refuse a file.
  if (found === undefined || !acceptsFiles(found, { now: file.receivedAt ?? now, limits })) return undefined;
  const { id: linkId, label, request } = found.link;
  const needsReview = request?.review === true;
  const detail = { linkId, label, visitorName: file.visitorName ?? null, ...(needsReview && { needsReview }) };
  const to = needsReview ? "quarantined" : "ready";
  return { to, action: "link.received", detail, link: found.link, visitor: presentVisitor(file) };
}
