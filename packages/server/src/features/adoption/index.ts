import { placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { checkFilename } from "../../platform/text/readable-text.ts";
import type { Annotations, Attachment } from "../access/attachment.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { AcceptedTypes } from "../links/file-request.ts";
import { deleteAbandoned } from "../storage/object-deletions.ts";
import { adoptionQueries } from "../storage/queries.ts";
import { faultIn, inspect, rejected } from "../uploads/verify.ts";
import { quotaOf } from "../usage/usage.ts";
import {
  adoptListed,
  adoptObject,
  attachObject,
  copyToOwnKey,
  type FoundObject,
  findObject,
  refuseHeaders,
} from "./adopt.ts";

export type AdoptionVerbs = ReturnType<typeof createAdoption>;

export function createAdoption(deps: Deps) {
  return {
    adoptObject: adoptObject(deps),
    adoptListed: adoptListed(deps),
    adoptForItem: adoptForItem(deps),
  };
}

type AdoptInput = {
  noteId: string;
  /** The place of a copy in the bucket, which is the first part of its key. Default: no place. */
  place?: string | undefined;
  /** The key of the object in the bucket. The caller must have checked that the application may choose this key. */
  key: string;
  /** Default: the last part of the key. */
  filename: string | undefined;
  /** Default: the content type that the bucket stores with the object. */
  contentType: string | undefined;
  /** Whether the service copies the object to a new key. A deletion of the file then deletes the copy, and never the original object. */
  copies: boolean;
  accepted: AcceptedTypes;
  /** Returns the tags and metadata of the file. Rejects if the item does not accept the file. */
  check: (file: { filename: string; contentType: string; sizeBytes: number }) => Promise<Annotations | undefined>;
};

/**
 * Attaches an existing object of the bucket to the note of an item. Only a copy counts in the quota. If the service has a virus scanner,
 * the attachment is `scanning` at first. Throws the errors of `check`, `note_not_found`, `access_denied`, `invalid_request`,
 * `invalid_filename`, `object_not_found`, `object_already_attached`, `quota_exceeded` and `upload_rejected`.
 */
export function adoptForItem(deps: Deps) {
  const { db, bucket, limits } = deps;
  return async (caller: Caller, input: AdoptInput): Promise<Attachment> => {
    const { noteId, key, copies } = input;
    const authorise = (tx: Tx) => authoriseNote(tx, { caller, noteId, action: "attachment.add" });
    await authorise(db);
    const filename = checkFilename(input.filename ?? key.slice(key.lastIndexOf("/") + 1));
    const objectKey = bucket.objectKeyOf(key);
    if (bucket.isOwnKey(objectKey)) {
      throw invalidRequest("Valet Key made this key itself. Use copy() for the file of the key.");
    }
    const source = withType(await findObject(deps, objectKey), input.contentType);
    const { contentType, sizeBytes } = source.stored;
    const annotations = await input.check({ filename, contentType, sizeBytes });
    if (!copies) refuseHeaders(source.stored);
    // This early check prevents a useless copy. The transaction repeats the check.
    await refuseAttached(db, objectKey);
    const found = copies
      ? withType(await copyToOwnKey(deps, { ...source, place: input.place }), input.contentType)
      : source;
    try {
      await refuseContent(deps, { found, filename, accepted: input.accepted });
      const adopted = await db.transaction(async (tx) => {
        const { key: sourceKey } = placeOfKey(objectKey);
        await adoptionQueries(tx).lock(sourceKey);
        const { ownerId } = await authorise(tx);
        await refuseAttached(tx, objectKey);
        const added = { tx, caller, noteId, ownerId, found, filename, annotations, quota: quotaOf(limits) };
        return attachObject(deps, { ...added, ownsObject: copies, ...(copies && { sourceKey }) });
      });
      if (deps.scanning !== undefined) deps.onVerificationQueued();
      return adopted;
    } catch (error) {
      if (copies) await deleteAbandoned(deps, found.objectKey);
      throw error;
    }
  };
}

function withType(found: FoundObject, contentType = found.stored.contentType): FoundObject {
  return { ...found, stored: { ...found.stored, contentType } };
}

/** Throws `object_already_attached` if an attachment has the object or a copy of the object. */
async function refuseAttached(tx: Tx, objectKey: string): Promise<void> {
  const { findByObjectKey, hasCopyOf } = attachmentQueries(tx);
  if ((await findByObjectKey(objectKey)) === undefined && !(await hasCopyOf(placeOfKey(objectKey).key))) return;
  throw new DomainError("object_already_attached", "The object is attached already.");
}

type Content = { found: FoundObject; filename: string; accepted: AcceptedTypes };

/** Throws `upload_rejected` if the first bytes contradict the name or type, or if the item does not accept this kind of file. */
async function refuseContent({ bucket }: Deps, { found, filename, accepted }: Content): Promise<void> {
  const { objectKey, stored } = found;
  const inspected = await inspect(bucket, { objectKey, declaredBytes: stored.sizeBytes });
  if (inspected?.start === undefined || inspected.etag !== stored.etag) {
    throw new DomainError("object_not_found", "The object changed while it was read. Try again.");
  }
  const { start } = inspected;
  const fault = await faultIn({ filename, contentType: stored.contentType }, { start, accepted });
  if (fault !== undefined) throw rejected(fault, "The object stays in the bucket.");
}
