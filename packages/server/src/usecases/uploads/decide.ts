import type { Attachment, CheckedState, Checksum } from "../../domain/attachment.ts";
import type { AuditEvent } from "../../domain/audit-event.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Deps, Queries } from "../ports/index.ts";
import { type PlannedDeletion, queueDeletions, removableAt } from "../storage/purge.ts";
import { removeNow } from "./abort.ts";
import { NOT_KEPT } from "./sniff.ts";
import { moveUpload } from "./transition.ts";
import type { Verdict } from "./verify.ts";

/** What is decided about: an attachment as it was seen, and its upload unless it came through a form or was adopted. */
export type Subject = { attachment: Attachment; upload: Upload | undefined };

type Accepted = Extract<Verdict, { ok: true }>;

/** The file can be downloaded from here on. Answers the attachment as it is, whoever decided first; undefined: it was deleted. */
export async function accept(
  { db, clock, newId }: Deps,
  { attachment: seen, upload, verdict }: Subject & { verdict: Accepted },
): Promise<Attachment | undefined> {
  return db.transaction(async (tx) => {
    const moved = await moveArrived(tx, {
      ...{ attachment: seen, upload, to: "ready", now: clock() },
      ...{ checksum: verdict.checksum ?? seen.checksum },
    });
    const attachment = await tx.attachments.find(seen.id);
    // The adoption of an object is an event of its own, written when it was asked for.
    if (moved && seen.ownsObject) {
      const { scanned } = verdict;
      const detail = {
        ...{ filename: seen.filename, sizeBytes: seen.sizeBytes },
        ...(scanned === undefined ? {} : { scanned }),
      };
      await tx.audit.add(eventOf(seen, { id: newId(), at: clock(), action: "attachment.uploaded", detail }));
    }
    return attachment;
  });
}

/**
 * The file is not kept: its object goes at once, and once more when nothing can come under its key any more; one that was adopted stays
 * where it was. Answers the attachment as it is, whoever decided first; undefined: it was deleted.
 */
export async function reject(
  { db, bucket, clock, newId }: Deps,
  { attachment: seen, upload, ...verdict }: Subject & { reason: string },
): Promise<Attachment | undefined> {
  const now = clock();
  const reason = `${verdict.reason} ${seen.ownsObject ? NOT_KEPT : "It stays in the bucket, and can't be downloaded."}`;
  const { moved, attachment } = await db.transaction(async (tx) => {
    const subject = { attachmentId: seen.id, uploadId: upload?.id, from: seen.state };
    const moved = await moveUpload(tx, { ...subject, to: "rejected", rejectReason: reason });
    const attachment = await tx.attachments.find(seen.id);
    if (!moved) return { moved, attachment };
    if (seen.ownsObject) await queueDeletions(tx, objectsOf({ attachment: seen, upload, now }));
    const detail = { filename: seen.filename, reason };
    await tx.audit.add(eventOf(seen, { id: newId(), at: now, action: "attachment.rejected", detail }));
    return { moved, attachment };
  });
  if (moved && seen.ownsObject) {
    for (const { objectKey } of objectsOf({ attachment: seen, upload, now })) {
      await removeNow(bucket, { objectKey, multipart: upload?.multipart });
    }
  }
  return attachment;
}

/** The check goes on after the request, by whichever replica takes it. Answers the attachment as it is, whoever decided first; undefined: it was deleted. */
export async function defer(
  { db, clock, onChecksQueued }: Deps,
  { attachment: seen, upload, to, etag }: Subject & { to: CheckedState; etag: string },
): Promise<Attachment | undefined> {
  const attachment = await db.transaction(async (tx) => {
    const now = clock();
    if (await moveArrived(tx, { attachment: seen, upload, to, now })) {
      await queueCheck(tx, { attachmentId: seen.id, to, etag, now });
    }
    return tx.attachments.find(seen.id);
  });
  onChecksQueued();
  return attachment;
}

/** Moves what has arrived. Its object may be a copy by now (settleObject): then that is the attachment's, and what was uploaded has to go. */
async function moveArrived(
  queries: Queries,
  move: Subject & { to: "ready" | CheckedState; now: number; checksum?: Checksum | undefined },
): Promise<boolean> {
  const { attachment, upload, to, now, checksum } = move;
  const { id: attachmentId, state: from, objectKey } = attachment;
  const isCopied = from === "pending" && upload !== undefined && upload.objectKey !== objectKey;
  const settled = isCopied ? { objectKey } : {};
  if (!(await moveUpload(queries, { attachmentId, uploadId: upload?.id, from, to, checksum, ...settled })))
    return false;
  if (isCopied) {
    await queries.objectDeletions.cancel(objectKey);
    await queries.objectDeletions.put({ objectKey: upload.objectKey, notBefore: removableAt({ upload, now }) });
  }
  return true;
}

/** What an attachment has in the bucket, and when it can go for good: the object that signed URLs write to, and its copy if there is one. */
function objectsOf({ attachment, upload, now }: Subject & { now: number }): PlannedDeletion[] {
  const { objectKey } = attachment;
  const uploaded = upload && { objectKey: upload.objectKey, notBefore: removableAt({ upload, now }) };
  if (uploaded?.objectKey === objectKey) return [uploaded];
  return [{ objectKey, notBefore: now }, ...(uploaded === undefined ? [] : [uploaded])];
}

/** For an attachment that is put into this state in the same transaction. */
export async function queueCheck(
  queries: Queries,
  { attachmentId, to, etag, now }: { attachmentId: string; to: CheckedState; etag: string; now: number },
): Promise<void> {
  await queries.contentChecks.insert({ attachmentId, etag, needsScan: to === "scanning", dueAt: now });
}

function eventOf(
  { id, noteId, ownerId, createdBy }: Attachment,
  event: Pick<AuditEvent, "id" | "at" | "action" | "detail">,
): AuditEvent {
  return { ...event, actorId: createdBy, noteId, ownerId, attachmentIds: [id] };
}
