import type { Tx } from "../../platform/database/queries.ts";
import type { VerificationState } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { type Attachment, namesOf, type Upload } from "../access/attachment.ts";
import { idInApplication, visitorIdOf } from "../access/caller.ts";
import { fileJobQueries } from "../attachments/file-job-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { type AuditEvent, aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { messagesOf } from "../audit/webhook-messages.ts";
import { presentVisitor } from "../links/file-request.ts";
import type { Link } from "../links/link.ts";
import { linkQueries } from "../links/queries/links.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { notify } from "../outbox/queue-mail.ts";
import { webhookQueries } from "../outbox/webhook-queries.ts";
import { queueDeletions } from "../storage/object-deletions.ts";
import type { Fault } from "./content/contradictions.ts";
import { uploadQueries } from "./queries/uploads.ts";
import { type Right, rightOf } from "./sender.ts";
import { type Decision, deleteObjectNow, moveStored, objectsOf, transitionUpload } from "./transition.ts";
import { NOT_KEPT, type Verdict } from "./verify.ts";

// `markReady`, `reject` and `defer` return the current attachment, even if another caller decided first. Undefined: it is deleted.

/**
 * Makes the file ready for downloads. Quarantines the file of a visitor instead if the file request has a review. Rejects the file if its
 * sender may not send files any more.
 */
export async function markReady(
  deps: Deps,
  { attachment: seen, upload, verdict }: Sent,
): Promise<Attachment | undefined> {
  const { db, clock, limits, onUploadEnded } = deps;
  const sent = { attachment: seen, upload, verdict };
  const outcome = isOneStep(sent)
    ? await complete(deps, sent)
    : await db.transaction(async (tx) => {
        const now = clock();
        // A person deleted the attachment or moved it to the trash. In the trash, the verification waits until the file is restored.
        if ((await attachmentQueries(tx).find(seen.id)) === undefined) return { moved: false, attachment: undefined };
        const right = await rightOf(tx, { attachment: seen, now, limits });
        if (right === undefined) return "revoked";
        const checksum = verdict.checksum ?? seen.checksum;
        const moved = await moveStored(tx, { attachment: seen, upload, to: right.to, now, checksum });
        const attachment = await attachmentQueries(tx).find(seen.id);
        if (moved) await announceArrival(deps, tx, { seen, attachment, verdict, right, now });
        return { moved, attachment };
      });
  if (outcome !== "revoked") {
    if (outcome.moved) onUploadEnded("ready");
    return outcome.attachment;
  }
  const fault: Fault =
    visitorIdOf(seen.createdBy) === undefined
      ? { reason: "Its sender no longer has access to the note.", rejection: { code: "access_ended" } }
      : { reason: "The file request has ended.", rejection: { code: "request_ended" } };
  return reject(deps, { attachment: seen, upload, fault });
}

type Sent = Decision & { verdict: Extract<Verdict, { ok: true }> };

/** Returns whether one database call can complete the upload: a user of the service sent the file, and there is no staged copy. */
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
  const event = arrivalEvent(deps, { seen, verdict, right, now: clock() });
  const completion = { attachmentId: seen.id, uploadId: (upload as Upload).id, checksum, event };
  const record = await uploadQueries(db).complete(completion);
  if (record?.mayAdd === false) return "revoked";
  if (record?.isMoved) return { moved: true, attachment: { ...seen, state: "ready", checksum } };
  return { moved: false, attachment: await attachmentQueries(db).find(seen.id) };
}

/** Rejects the file, and deletes an object that is not adopted. `by`: the person who rejected the file. Undefined: the verification. */
export async function reject(
  deps: Deps,
  { attachment: seen, upload, by, fault }: Decision & { fault: Fault; by?: string | undefined },
): Promise<Attachment | undefined> {
  const { db, clock, onUploadEnded } = deps;
  const now = clock();
  const { rejection } = fault;
  const reason = `${fault.reason} ${seen.ownsObject ? NOT_KEPT : "It stays in the bucket, and can't be downloaded."}`;
  const objects = seen.ownsObject ? objectsOf({ attachment: seen, upload, now }) : [];
  const { moved, attachment } = await db.transaction(async (tx) => {
    const subject = { attachmentId: seen.id, uploadId: upload?.id, from: seen.state };
    const moved = await transitionUpload(tx, { ...subject, to: "rejected", rejectReason: reason, rejection });
    const attachment = await attachmentQueries(tx).find(seen.id);
    if (!moved) return { moved, attachment };
    await queueDeletions(tx, { planned: objects, now });
    await announceRejection(deps, tx, { seen, attachment, fault: { reason, rejection }, by, now });
    return { moved, attachment };
  });
  if (!moved) return attachment;
  if (by === undefined) onUploadEnded("rejected");
  for (const { objectKey } of objects) await deleteObjectNow(deps, { objectKey, multipart: upload?.multipart });
  return attachment;
}

/** Queues the verification of a file, which any replica may run. */
export async function defer(
  { db, clock, onVerificationQueued }: Deps,
  { attachment: seen, upload, to, etag }: Decision & { to: VerificationState; etag: string },
): Promise<Attachment | undefined> {
  const attachment = await db.transaction(async (tx) => {
    const now = clock();
    if (await moveStored(tx, { attachment: seen, upload, to, now })) {
      await fileJobQueries(tx).insert({ attachmentId: seen.id, kind: "verification", detail: etag, dueAt: now });
    }
    return attachmentQueries(tx).find(seen.id);
  });
  onVerificationQueued();
  return attachment;
}

// Announcements of a decision: a notice to the owner, an audit event, webhook messages, and a file event for the application's hooks.

/** `seen`: the attachment before the decision. */
type Arrival = { seen: Attachment; verdict: Extract<Verdict, { ok: true }>; right: Omit<Right, "to">; now: number };

/** Announces a verified file in the transaction that changes the state of the file. `attachment` is the attachment after the change. */
async function announceArrival(
  deps: Deps,
  tx: Tx,
  { attachment, ...arrival }: Arrival & { attachment: Attachment | undefined },
): Promise<void> {
  const { seen, right, now } = arrival;
  // Notifies the owner before the service stores the event of the file. Otherwise, this event would look like the event of an earlier file.
  if (right.link !== undefined) await notifyOfFile(deps, tx, right.link);
  const event = arrivalEvent(deps, arrival);
  // Queues only the webhook messages for an adopted object, because the adoption has already added an audit event.
  if (seen.ownsObject) await auditQueries(tx).add(event);
  else await webhookQueries(tx).queue(...messagesOf(event));
  if (attachment?.state !== "ready" && attachment?.state !== "quarantined") return;
  const { visitor } = right;
  await recordFileEvent(tx, { id: deps.newId(), kind: attachment.state, attachment, visitor, now });
}

function arrivalEvent({ newId }: Deps, { seen, verdict, right, now }: Arrival): AuditEvent {
  const { sizeBytes, createdBy } = seen;
  const scanned = verdict.scanned === undefined ? {} : { scanned: verdict.scanned };
  const detail = { ...namesOf(seen), sizeBytes, ...scanned, ...right.detail };
  const caller = { userId: createdBy };
  return auditEvent(right.action, { id: newId(), caller, subject: aboutFile(seen), at: now, detail });
}

/** Notifies the owner of the note that a file has arrived, if the settings of the file request require a notice. */
async function notifyOfFile(deps: Deps, tx: Tx, { id: linkId, ownerId, notify: wanted }: Link): Promise<void> {
  if (wanted === "never") return;
  if (wanted === "first" && (await linkQueries(tx).hasReceived(linkId))) return;
  await notify(deps, tx, { userId: ownerId, notice: { about: "file-received", linkId } });
}

type Rejected = {
  seen: Attachment;
  attachment: Attachment | undefined;
  fault: Fault;
  by: string | undefined;
  now: number;
};

/** Announces a rejected file in the transaction that changes the state of the file. */
async function announceRejection({ newId }: Deps, tx: Tx, rejected: Rejected): Promise<void> {
  const { seen, attachment, fault, by, now } = rejected;
  const isOfVisitor = visitorIdOf(seen.createdBy) !== undefined;
  const sent = isOfVisitor ? await visitorFileQueries(tx).find(seen.id) : undefined;
  const reasons = { reason: fault.reason, ...fault.rejection };
  // After a review, the event is about the reviewer. Otherwise, the event is about the visitor.
  const names = by === undefined && sent && { visitorName: sent.visitorName ?? null };
  const detail = { ...namesOf(seen), ...reasons, ...names };
  const event = { id: newId(), caller: { userId: by ?? seen.createdBy }, subject: aboutFile(seen), at: now, detail };
  await auditQueries(tx).add(auditEvent("attachment.rejected", event));
  if (attachment === undefined) return;
  const visitor = sent && presentVisitor(sent);
  await recordFileEvent(tx, { id: newId(), kind: "rejected", attachment, visitor, now });
}
