import { createHash } from "node:crypto";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { type Attachment, namesOf } from "../access/attachment.ts";
import { authoriseAttachment, authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries, guardedNoteQueries } from "../access/queries.ts";
import { previewQueries, type StoredPreview, shown } from "../attachments/preview-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { requireCredential } from "../people/revocation.ts";
import { deleteAbandoned, deleteIfAbandoned } from "../storage/object-deletions.ts";
import { objectDeletionQueries, type PlannedDeletion } from "../storage/queries.ts";
import { discardFile } from "../trash/index.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { REMEMBERED_MS } from "../uploads/record-upload.ts";
import { usageQueries } from "../usage/queries.ts";
import { quotaOf } from "../usage/usage.ts";

/** A request to copy a file to a note. For the kind `move`, the transaction that attaches the copy also moves the original to the trash. */
export type Transfer = {
  caller: Caller;
  attachmentId: string;
  noteId: string;
  place?: string | undefined;
  idempotencyKey: string | undefined;
  kind: "copy" | "move";
  /** Runs after the bucket has copied the bytes. If `confirm` throws an error, the service deletes the copy. */
  confirm?: (() => Promise<unknown>) | undefined;
};

export type Copier = ReturnType<typeof createCopier>;

/** How long a copy reserves quota, in milliseconds. A longer copy renews the reservation. If the process dies, the reservation expires. */
const RESERVED_MS = 20 * 60_000;

/** Creates the functions that copy files. The bucket copies the bytes, because each attachment has its own object. */
export function createCopier(deps: Deps, starts: Allowance) {
  // A proxy may close the connection of a long copy. If the client repeats the request, the service waits for the running copy.
  const running = new Map<string, Promise<Attachment>>();
  return {
    /** Returns the caller's earlier copy with the same key, file and note. Throws `attachment_not_found` or `access_denied`. */
    async findCopy(transfer: Transfer): Promise<Attachment | undefined> {
      const key = keyOf(transfer);
      if (key === undefined) return undefined;
      return running.get(key.holder) ?? findMade(deps, deps.db, transfer);
    },

    /** Copies the file. The caller must have called `findCopy`. */
    async copy(transfer: Transfer): Promise<Attachment> {
      const holder = keyOf(transfer)?.holder;
      const earlier = holder === undefined ? undefined : running.get(holder);
      if (earlier !== undefined) return earlier;
      starts.take(transfer.caller.userId, 1);
      const copy = copyObject(deps, transfer);
      if (holder === undefined) return copy;
      running.set(holder, copy);
      return copy.finally(() => running.delete(holder));
    },
  };
}

/** Hashes the idempotency key together with the request. So the same key with another file or note makes another copy. */
function keyOf({ caller, idempotencyKey, kind, attachmentId, noteId }: Transfer) {
  if (idempotencyKey === undefined) return undefined;
  const request = JSON.stringify([idempotencyKey, kind, attachmentId.toLowerCase(), noteId.toLowerCase()]);
  const key = createHash("sha256").update(request).digest("base64url");
  return { userId: caller.userId, idempotencyKey: key, holder: JSON.stringify([caller.userId, key]) };
}

async function findMade({ clock }: Deps, queries: Tx, transfer: Transfer): Promise<Attachment | undefined> {
  const key = keyOf(transfer);
  if (key === undefined) return undefined;
  const now = clock();
  await uploadQueries(queries).forgetKey(key, { now, startedBefore: now - REMEMBERED_MS });
  const upload = await uploadQueries(queries).findByKey(key);
  if (upload === undefined) return undefined;
  const { caller } = transfer;
  return authoriseAttachment(queries, { caller, attachmentId: upload.attachmentId, action: "attachment.read" });
}

async function copyObject(deps: Deps, transfer: Transfer): Promise<Attachment> {
  const { db, bucket, clock, limits, onDeletionsQueued } = deps;
  const { source, ownerId } = await authorise(db, transfer);
  const { sizeBytes, contentType } = source;
  const objectKey = bucket.newObjectKey(source.objectKey, transfer.place);
  const { userId } = transfer.caller;
  const reservation = { objectKey, ownerId, userId, sizeBytes, expiresAt: clock() + RESERVED_MS };
  await db.transaction((tx) => usageQueries(tx).reserve(reservation, quotaOf(limits)));
  try {
    await deleteIfAbandoned(deps, objectKey);
    const from = source.objectKey;
    const [outcome, previews] = await Promise.all([
      bucket.copy({ from, to: objectKey, sizeBytes, contentType, dropsHeaders: true }),
      copyPreviews(deps, transfer),
    ]);
    const copied = outcome === "done" ? await bucket.head(objectKey) : undefined;
    // The object of a ready file never changes, so its length is enough. A copy is missing or shorter only if the original was deleted.
    if (copied?.sizeBytes !== sizeBytes) throw gone();
    await transfer.confirm?.();
    const { attachment, planned } = await db.transaction((tx) =>
      attach(deps, tx, { ...transfer, source, objectKey, previews }),
    );
    if (planned.length > 0 || attachment.objectKey !== objectKey) onDeletionsQueued();
    return attachment;
  } catch (error) {
    await deleteAbandoned(deps, objectKey);
    throw error;
  }
}

/**
 * Copies the confirmed previews of a file, and returns these copies. Omits a preview that can't be copied, because the copied file also
 * works without previews. Copied previews that no transaction attaches are deleted after a day.
 */
async function copyPreviews(deps: Deps, { attachmentId: id, place }: Transfer): Promise<StoredPreview[]> {
  const { db, bucket, clock } = deps;
  const copies: StoredPreview[] = [];
  for (const preview of await previewQueries(db).list([id])) {
    const { objectKey: from, sizeBytes, contentType, pixels } = preview;
    if (pixels === undefined) continue;
    const objectKey = bucket.newObjectKey(from, place);
    await deleteIfAbandoned(deps, objectKey);
    const copy = bucket.copy({ from, to: objectKey, sizeBytes, contentType, dropsHeaders: true });
    if ((await copy.catch(() => "changed")) === "done") copies.push({ ...preview, objectKey, createdAt: clock() });
  }
  return copies;
}

/** Checks that the caller may read the file and add it to the note. For a move, the caller must also have the right to delete the file. */
async function authorise(queries: Tx, { caller, attachmentId, noteId, kind }: Transfer) {
  const action = kind === "move" ? "attachment.delete" : "attachment.issueUrl";
  const source = await authoriseAttachment(queries, { caller, attachmentId, action });
  const { ownerId } = await authoriseNote(queries, { caller, noteId, action: "attachment.add" });
  requireReady(source);
  return { source, ownerId };
}

type Attaching = Transfer & { source: Attachment; objectKey: string; previews: readonly StoredPreview[] };

/** Attaches the copied object to the note. For a move, also moves the original to the trash. Checks the access again. */
async function attach(
  deps: Deps,
  tx: Tx,
  { source: seen, objectKey, previews, ...transfer }: Attaching,
): Promise<{ attachment: Attachment; planned: PlannedDeletion[] }> {
  const { clock, newId, limits } = deps;
  const { caller, attachmentId, noteId, kind } = transfer;
  await requireCredential(tx, caller);
  const isMove = kind === "move";
  // To avoid a deadlock, every transaction that locks two notes locks them in the order of their ids. Identical requests wait here.
  for (const id of isMove ? [seen.noteId, noteId].sort() : [noteId]) await guardedNoteQueries(tx).hold(id);
  const now = clock();
  const made = await findMade(deps, tx, transfer);
  if (made !== undefined) {
    await objectDeletionQueries(tx).put({ objectKey, notBefore: now });
    await usageQueries(tx).release(objectKey);
    return { attachment: made, planned: [] };
  }
  if (isMove) await attachmentQueries(tx).hold(attachmentId);
  const found = await accessQueries(tx).attachment(caller.userId, attachmentId);
  // The access to the other note of a moved file is not known here, and the caller only needs to try again.
  if (found !== undefined && found.attachment.noteId !== seen.noteId) throw gone();
  const { source, ownerId } = await authorise(tx, transfer);
  if (source.objectKey !== seen.objectKey) throw gone();
  const attachment: Attachment = {
    ...source,
    id: newId(),
    noteId,
    ownerId,
    createdBy: caller.userId,
    objectKey,
    ownsObject: true,
    createdAt: now,
    previews: previews.length === 0 ? undefined : previews.map(shown),
  };
  await attachmentQueries(tx).insert(attachment, { quota: quotaOf(limits), settles: true });
  await previewQueries(tx).insert(previews.map((preview) => ({ ...preview, attachmentId: attachment.id })));
  for (const preview of previews) await objectDeletionQueries(tx).cancel(preview.objectKey);
  const key = keyOf(transfer);
  if (key !== undefined) await uploadQueries(tx).recordCopy(attachment, { id: newId(), ...key });
  await recordEvents(deps, tx, { caller, source, attachment, now });
  await recordFileEvent(tx, { id: newId(), kind: "ready", attachment, now });
  return { attachment, planned: isMove ? await discardFile(deps, { tx, caller, attachment: source, now }) : [] };
}

type Copied = { caller: Caller; source: Attachment; attachment: Attachment; now: number };

/**
 * Records the events of a copy. If the two notes have different owners, the owner of the original also gets an event. If one person owns
 * both notes, the event of the target note is enough.
 */
async function recordEvents({ newId }: Deps, tx: Tx, { caller, source, attachment, now: at }: Copied): Promise<void> {
  const { filename, sizeBytes } = attachment;
  if (source.ownerId !== attachment.ownerId) {
    const left = { filename, toNoteId: attachment.noteId };
    const event = { id: newId(), at, caller, subject: aboutFile(source), detail: left };
    await auditQueries(tx).add(auditEvent("attachment.copied", event));
  }
  const detail = { ...namesOf(attachment), sizeBytes, fromNoteId: source.noteId };
  const event = { id: newId(), at, caller, subject: aboutFile(attachment), detail };
  await auditQueries(tx).add(auditEvent("attachment.copied", event));
}

function gone(): DomainError {
  return new DomainError("object_not_found", "The file was moved, changed or deleted while it was copied. Try again.");
}

/** Throws `attachment_not_ready` for a file that waits for its verification or a review. */
export function requireReady({ state }: Attachment): void {
  if (state === "ready") return;
  throw new DomainError("attachment_not_ready", `Only a ready file can be moved or copied. This one is ${state}.`);
}
