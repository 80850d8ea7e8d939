import type { Checksum } from "../../platform/bucket/port.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AuditAction, VerificationState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import type { Attachment, Upload } from "../access/attachment.ts";
import { permits } from "../access/authorise.ts";
import { idInApplication, visitorIdOf } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { type AuditEvent, aboutFile, auditEvent } from "../audit/audit-event.ts";
import { messagesOf } from "../audit/messages.ts";
import { auditQueries } from "../audit/queries.ts";
import type { Link } from "../links/link.ts";
import { linkQueries } from "../links/queries/links.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { recordFileEvent } from "../outbox/file-events.ts";
import { notify } from "../outbox/queue-mail.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { objectDeletionQueries, queueDeletions } from "../storage/object-deletions.ts";
import { acceptsFiles } from "./authorise-sender.ts";
import { NOT_KEPT } from "./check-first-bytes.ts";
import { deleteObjectNow, objectsOf, uploadedObject } from "./objects-of-upload.ts";
import { uploadQueries } from "./queries.ts";
import { transitionUpload } from "./transition.ts";
import { verificationQueries } from "./verification-queries.ts";
import type { Verdict } from "./verify.ts";

// `markReady`, `reject` and `defer` return the current attachment, even if another caller decided first. Undefined: the attachment was
// deleted.

/** The attachment as the caller has read it. `upload` is undefined if the attachment came from a form, or is an adopted object. */
type Decision = { attachment: Attachment; upload: Upload | undefined };

/**
 * Makes the file ready for downloads. If the file comes from a visitor and the file request asks for a review, quarantines the file
 * instead.
 * Rejects the file if its sender was allowed to send files at the start of the upload, but is not allowed any more.
 */
export async function markReady(
  deps: Deps,
  { attachment: seen, upload, verdict }: Decision & { verdict: Extract<Verdict, { ok: true }> },
): Promise<Attachment | undefined> {
  const { db, clock, newId, limits, onUploadEnded } = deps;
  const sent = { attachment: seen, upload, verdict };
  const outcome = isOneStep(sent)
    ? await complete(deps, sent)
    : await db.transaction(async (tx) => {
        const now = clock();
        // The attachment was deleted or moved to the trash after the caller read it. The verification of a file in the trash waits until
        // the file is restored.
        if ((await attachmentQueries(tx).find(seen.id)) === undefined) return { moved: false, attachment: undefined };
        const right = await rightOf(tx, { attachment: seen, now, limits });
        if (right === undefined) return "revoked";
        const checksum = verdict.checksum ?? seen.checksum;
        const moved = await moveStored(tx, { attachment: seen, upload, to: right.to, now, checksum });
        const attachment = await attachmentQueries(tx).find(seen.id);
        if (moved) {
          // Notifies the owner before it stores the event of this file. Otherwise this event would look like the event of an earlier file.
          if (right.link !== undefined) await notifyOfFile(deps, tx, right.link);
          const event = readyEvent(deps, { attachment: seen, verdict, right, now });
          // For an adopted object, the adoption has already added an audit event. So only the messages to webhooks are queued.
          if (seen.ownsObject) await auditQueries(tx).add(event);
          else await webhookQueries(tx).queue(...messagesOf(event));
        }
        if (moved && attachment?.state === "ready")
          await recordFileEvent(tx, { id: newId(), kind: "ready", attachment, now });
        return { moved, attachment };
      });
  if (outcome !== "revoked") {
    if (outcome.moved) onUploadEnded("ready");
    return outcome.attachment;
  }
  const reason =
    visitorIdOf(seen.createdBy) === undefined
      ? "Its sender no longer has access to the note."
      : "The file request has ended.";
  return reject(deps, { attachment: seen, upload, reason });
}

type Sent = Decision & { verdict: Extract<Verdict, { ok: true }> };

/**
 * Returns whether one database call can complete this upload. This is possible if a user of the service sent the file, and there is no
 * staged copy.
 */
function isOneStep({ attachment, upload }: Sent): boolean {
  const { createdBy, state, objectKey } = attachment;
  const isOfUser = visitorIdOf(createdBy) === undefined && idInApplication(createdBy) === undefined;
  return isOfUser && state === "pending" && upload?.objectKey === objectKey;
}

async function complete(
  deps: Deps,
  sent: Sent,
): Promise<"revoked" | { moved: boolean; attachment: Attachment | undefined }> {
  const { db, clock } = deps;
  const { attachment: seen, upload, verdict } = sent;
  const checksum = verdict.checksum ?? seen.checksum;
  const right = { action: "attachment.uploaded" as const, detail: {} };
  const event = readyEvent(deps, { attachment: seen, verdict, right, now: clock() });
  const completion = { attachmentId: seen.id, uploadId: (upload as Upload).id, checksum, event };
  const record = await uploadQueries(db).complete(completion);
  if (record?.mayAdd === false) return "revoked";
  if (record?.isMoved) return { moved: true, attachment: { ...seen, state: "ready", checksum } };
  return { moved: false, attachment: await attachmentQueries(db).find(seen.id) };
}

type Ready = { attachment: Attachment; verdict: Sent["verdict"]; right: Omit<Right, "to">; now: number };

function readyEvent({ newId }: Deps, { attachment, verdict, right, now }: Ready): AuditEvent {
  const { filename, sizeBytes, createdBy } = attachment;
  const scanned = verdict.scanned === undefined ? {} : { scanned: verdict.scanned };
  const detail = { filename, sizeBytes, ...scanned, ...right.detail };
  const caller = { userId: createdBy };
  return auditEvent(right.action, { id: newId(), caller, subject: aboutFile(attachment), at: now, detail });
}

/**
 * The new state and the audit event of a verified file whose sender may still send files. `link`: the file request, if the sender is a
 * visitor.
 */
type Right = {
  to: "ready" | "quarantined";
  action: AuditAction;
  detail: AuditEvent["detail"];
  link?: Link | undefined;
};

/** Notifies the owner of the note that a file has arrived, if the settings of the file request say so. */
async function notifyOfFile(deps: Deps, tx: Tx, { id: linkId, ownerId, notify: wanted }: Link): Promise<void> {
  if (wanted === "never") return;
  if (wanted === "first" && (await linkQueries(tx).hasReceived(linkId))) return;
  await notify(deps, tx, { userId: ownerId, notice: { about: "file-received", linkId } });
}

/** Returns the new state and the audit event of the file, if the sender may still send files now. Returns undefined if not. */
async function rightOf(
  queries: Tx,
  { attachment, now, limits }: { attachment: Attachment; now: number; limits: Limits },
): Promise<Right | undefined> {
  const { createdBy, noteId } = attachment;
  // The completion has already asked the host application, which can't be asked again inside a transaction. Also, a slow verification must
  // not be a reason to refuse the file.
  if (idInApplication(createdBy) !== undefined) return { to: "ready", action: "attachment.uploaded", detail: {} };
  if (visitorIdOf(createdBy) === undefined) {
    const access = await accessQueries(queries).note(createdBy, noteId);
    return permits(access?.role, "attachment.add")
      ? { to: "ready", action: "attachment.uploaded", detail: {} }
      : undefined;
  }
  const file = await visitorFileQueries(queries).find(attachment.id);
  const found = file && (await linkQueries(queries).find(file.linkId));
  // The file request must have been open when the last byte arrived. So a file is not refused because its verification was slow.
  if (found === undefined || !acceptsFiles(found, { now: file?.receivedAt ?? now, limits })) return undefined;
  const { id: linkId, label, request } = found.link;
  const needsReview = request?.review === true;
  const detail = { linkId, label, visitorName: file?.visitorName ?? null, ...(needsReview && { needsReview }) };
  return { to: needsReview ? "quarantined" : "ready", action: "link.received", detail, link: found.link };
}

/**
 * Rejects the file and deletes its object. An adopted object stays in the bucket. `by`: the person who rejected the file. Undefined: the
 * verification rejected it.
 */
export async function reject(
  deps: Deps,
  { attachment: seen, upload, by, ...verdict }: Decision & { reason: string; by?: string | undefined },
): Promise<Attachment | undefined> {
  const { db, clock, newId, onUploadEnded } = deps;
  const now = clock();
  const reason = `${verdict.reason} ${seen.ownsObject ? NOT_KEPT : "It stays in the bucket, and can't be downloaded."}`;
  const objects = seen.ownsObject ? objectsOf({ attachment: seen, upload, now }) : [];
  const { moved, attachment } = await db.transaction(async (tx) => {
    const subject = { attachmentId: seen.id, uploadId: upload?.id, from: seen.state };
    const moved = await transitionUpload(tx, { ...subject, to: "rejected", rejectReason: reason });
    const attachment = await attachmentQueries(tx).find(seen.id);
    if (!moved) return { moved, attachment };
    await queueDeletions(tx, { planned: objects, now });
    const detail = { filename: seen.filename, reason };
    const event = { id: newId(), caller: { userId: by ?? seen.createdBy }, subject: aboutFile(seen), at: now, detail };
    await auditQueries(tx).add(auditEvent("attachment.rejected", event));
    if (attachment !== undefined) await recordFileEvent(tx, { id: newId(), kind: "rejected", attachment, now });
    return { moved, attachment };
  });
  if (!moved) return attachment;
  if (by === undefined) onUploadEnded("rejected");
  for (const { objectKey } of objects) await deleteObjectNow(deps, { objectKey, multipart: upload?.multipart });
  return attachment;
}

/** Queues the verification. Any replica may run it. */
export async function defer(
  { db, clock, onVerificationQueued }: Deps,
  { attachment: seen, upload, to, etag }: Decision & { to: VerificationState; etag: string },
): Promise<Attachment | undefined> {
  const attachment = await db.transaction(async (tx) => {
    const now = clock();
    if (await moveStored(tx, { attachment: seen, upload, to, now })) {
      const needsScan = to === "scanning";
      await verificationQueries(tx).insert({ attachmentId: seen.id, etag, needsScan, dueAt: now });
    }
    return attachmentQueries(tx).find(seen.id);
  });
  onVerificationQueued();
  return attachment;
}

/**
 * Changes the state of an upload whose object is stored. If there is a staged copy, the copy becomes the object of the attachment, and the
 * uploaded object is deleted.
 */
async function moveStored(
  queries: Tx,
  move: Decision & { to: "ready" | "quarantined" | VerificationState; now: number; checksum?: Checksum | undefined },
): Promise<boolean> {
  const { attachment, upload, to, now, checksum } = move;
  const { id: attachmentId, state: from, objectKey } = attachment;
  const isCopied = from === "pending" && upload !== undefined && upload.objectKey !== objectKey;
  const moved = await transitionUpload(queries, {
    attachmentId,
    uploadId: upload?.id,
    from,
    to,
    checksum,
    objectKey: isCopied ? objectKey : undefined,
  });
  if (moved && visitorIdOf(attachment.createdBy) !== undefined) {
    await visitorFileQueries(queries).markReceived(attachmentId, now);
  }
  if (moved && isCopied) {
    await objectDeletionQueries(queries).cancel(objectKey);
    await queueDeletions(queries, { planned: [uploadedObject({ attachment, upload, now })], now });
  }
  return moved;
}
