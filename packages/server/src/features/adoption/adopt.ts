import { normaliseContentType } from "../../platform/bucket/download-headers.ts";
import { placeOfKey } from "../../platform/bucket/numbered.ts";
import type { Bucket, StoredObject } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { checkFilename } from "../../platform/text/readable-text.ts";
import type { Annotations, Attachment } from "../access/attachment.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Note } from "../access/note.ts";
import { fileJobQueries } from "../attachments/file-job-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { recordFileEvent } from "../outbox/file-event-queries.ts";
import { requireAdministrator } from "../people/administrators.ts";
import { findHolders, findUsersById } from "../people/find-users.ts";
import { normaliseEmail } from "../people/person.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { deleteIfAbandoned } from "../storage/object-deletions.ts";
import { type Adoption, adoptionQueries, type ObjectDeletion, objectDeletionQueries } from "../storage/queries.ts";
import type { Quota } from "../usage/usage.ts";

/**
 * The service can cancel a queued deletion only if the deletion is not due within a minute. No transaction takes longer, and the clocks of
 * replicas differ by less than a minute.
 */
const CANCEL_BEFORE_DUE_MS = 60_000;

type AdoptInput = {
  noteId: string;
  /** `s3Url`: any S3 URL of the object. `key`: the key of the object in the bucket of the service. The caller sets exactly one of them. */
  s3Url: string | undefined;
  key: string | undefined;
  filename: string | undefined;
};

/**
 * Attaches an existing object of the bucket to a note. Only an administrator may attach an object, because the caller chooses the key. If
 * the service has a virus scanner, the attachment is `scanning` at first. A deletion of the attachment does not delete the adopted object.
 * Throws `access_denied`, `note_not_found`, `invalid_request`, `object_not_found`, `object_already_attached`, and `upload_rejected` if the
 * object is stored with headers that change its download.
 */
export function adoptObject(deps: Deps) {
  const { db, bucket } = deps;
  return async (caller: Caller, input: AdoptInput): Promise<Attachment> => {
    await requireAdministrator(db, caller);
    const { noteId } = input;
    const objectKey = chooseKey(bucket, input);
    const filename = checkFilename(input.filename ?? objectKey.slice(objectKey.lastIndexOf("/") + 1));
    const found = await findObject(deps, objectKey);
    refuseHeaders(found.stored);
    const adopted = await db.transaction(async (tx) => {
      await adoptionQueries(tx).lock(placeOfKey(objectKey).key);
      const { ownerId } = await authoriseNote(tx, { caller, noteId, action: "attachment.add" });
      return attachObject(deps, { tx, caller, noteId, ownerId, found, filename, ownsObject: false });
    });
    if (deps.scanning !== undefined) deps.onVerificationQueued();
    return adopted;
  };
}

/** An object of the bucket. `seen`: the queued deletion of the object, which the service read before the object. */
export type FoundObject = { objectKey: string; stored: StoredObject; seen: ObjectDeletion | undefined };

/** Finds an object of the bucket. Throws `object_not_found`. */
export async function findObject({ db, bucket }: Deps, objectKey: string): Promise<FoundObject> {
  // The function reads the queued deletion before the object, so that `attachObject` notices a deletion in the meantime.
  const seen = await objectDeletionQueries(db).find(objectKey);
  const stored = await bucket.head(objectKey);
  if (stored !== undefined) return { objectKey, stored, seen };
  throw new DomainError("object_not_found", "There is no such object in the bucket. Check the URL and the key.");
}

type NewAttachment = {
  tx: Tx;
  caller: Caller;
  noteId: string;
  ownerId: string;
  found: FoundObject;
  filename: string;
  annotations?: Annotations | undefined;
  /** True: a deletion of the attachment also deletes the object. */
  ownsObject: boolean;
  /** Default: the attachment may exceed the quota. */
  quota?: Quota | undefined;
  /** See `attachmentQueries.insert`. */
  sourceKey?: string | undefined;
};

/** Attaches an object in the transaction `tx`, and records an audit event. Throws `object_not_found` or `object_already_attached`. */
export async function attachObject(
  deps: Deps,
  { tx, caller, found, quota, sourceKey, ...given }: NewAttachment,
): Promise<Attachment> {
  const { clock, newId, scanning } = deps;
  const { objectKey, stored, seen } = found;
  if ((await attachmentQueries(tx).findByObjectKey(objectKey)) !== undefined) {
    throw new DomainError("object_already_attached", "The object is attached already.");
  }
  const now = clock();
  refuseDeleted(await objectDeletionQueries(tx).find(objectKey), { seen, now });
  const attachment: Attachment = {
    ...given,
    id: newId(),
    createdBy: caller.userId,
    objectKey,
    path: "",
    contentType: normaliseContentType(stored.contentType),
    sizeBytes: stored.sizeBytes,
    checksum: stored.checksum,
    state: scanning === undefined ? "ready" : "scanning",
    rejectReason: undefined,
    createdAt: now,
  };
  await attachmentQueries(tx).insert(attachment, { quota, sourceKey });
  // A deletion of the object may be queued if the service itself stored the object earlier.
  await objectDeletionQueries(tx).cancel(objectKey);
  if (scanning !== undefined) {
    const job = { attachmentId: attachment.id, kind: "verification", detail: stored.etag } as const;
    await fileJobQueries(tx).insert({ ...job, dueAt: now });
  }
  const detail = {
    filename: attachment.filename,
    sizeBytes: stored.sizeBytes,
    ...(scanning !== undefined && { needsScan: true }),
  };
  const event = { id: newId(), caller, subject: aboutFile(attachment), at: now, detail };
  await auditQueries(tx).add(auditEvent("attachment.adopted", event));
  if (scanning === undefined) await recordFileEvent(tx, { id: newId(), kind: "ready", attachment, now });
  return attachment;
}

function chooseKey(bucket: Bucket, { s3Url, key }: AdoptInput): string {
  if (s3Url !== undefined && key === undefined) return bucket.objectKeyOf(s3Url);
  if (key !== undefined && s3Url === undefined) return bucket.objectKeyOf(key);
  throw invalidRequest("Give exactly one of s3Url and key.");
}

/**
 * Refuses an object with headers that the service never sets. The bucket sends them with each download, and they can change how a browser
 * handles the file.
 */
export function refuseHeaders({ undeclaredHeaders }: StoredObject): void {
  if (undeclaredHeaders.length === 0) return;
  throw new DomainError(
    "upload_rejected",
    `The object is stored with headers that change its download: ${undeclaredHeaders.join(", ")}. A copy has no such headers, so adopt a copy: set copy to true, or use the option --copy.`,
  );
}

/**
 * Throws if the service is deleting the object. The service can't cancel a deletion that is due, or due soon. `purgeObjects` first lists
 * the due deletions, and then runs each deletion, even if its row was removed meanwhile.
 */
function refuseDeleted(
  deletion: ObjectDeletion | undefined,
  { seen, now }: { seen: ObjectDeletion | undefined; now: number },
): void {
  const isAsSeen = deletion?.notBefore === seen?.notBefore && deletion?.attempts === seen?.attempts;
  if (isAsSeen && (deletion === undefined || deletion.notBefore > now + CANCEL_BEFORE_DUE_MS)) return;
  throw new DomainError(
    "object_not_found",
    "The object is being removed from the bucket, because its attachment was deleted. Store the file under another key, and adopt that.",
  );
}

/** The title of the note for files whose line in the list names no note. */
const USUAL_NOTE = "Adopted files";

/** One line of the list for `valetkey adopt --list`. `owner` and `people` are user ids or email addresses. */
export type ListedObject = {
  /** The key of the object in the bucket, or any S3 URL of the object. */
  object: string;
  /** Default: the last part of the key. */
  filename: string | undefined;
  owner: string;
  /** The id of the file in the former application. */
  oldId: string | undefined;
  people: readonly string[];
  /** The title of the note for the file. Only the owner can open this note. Default: "Adopted files". */
  note: string | undefined;
};

type AdoptedObject = Adoption & { isNew: boolean };

/**
 * Adopts one object of a list. The object becomes a file on a note of its owner, and the people get a share of the file. Nobody gets a mail
 * about the file. A repeated call changes nothing, and does not restore a share that the owner has revoked.
 * `copies`: the service copies the object to a new key, and deletes the copy together with the file. The original object always stays in
 * the bucket. Throws `access_denied`, `user_not_found`, `invalid_request`, `object_not_found`, `object_already_attached` and
 * `upload_rejected`.
 */
export function adoptListed(deps: Deps) {
  const { db, bucket, clock, newId } = deps;
  // A list names few notes for many files, so `notes` stores the id of each note that the service has found.
  const notes = new Map<string, string>();
  return async (caller: Caller, listed: ListedObject, { copies }: { copies: boolean }): Promise<AdoptedObject> => {
    await requireAdministrator(db, caller);
    const { oldId } = listed;
    const objectKey = bucket.objectKeyOf(listed.object);
    // The database records an adopted key without the number of its bucket, because the object may have moved to the other bucket.
    const sourceKey = placeOfKey(objectKey).key;
    if (bucket.isOwnKey(objectKey)) {
      throw invalidRequest("Valet Key made this key itself. List only objects of another application.");
    }
    const ownerId = await findUser(deps, listed.owner);
    const userIds: string[] = [];
    for (const person of listed.people) userIds.push(await findUser(deps, person));
    const known = await adoptionQueries(db).find(sourceKey);
    if (known !== undefined && oldId !== undefined && known.oldId !== oldId) {
      throw invalidRequest(`The object was adopted before, with the old id ${known.oldId ?? "(none)"}.`);
    }
    const readers = new Set(userIds.filter((id) => id !== ownerId));
    const adoption = known ?? (await adopt(caller, { listed, objectKey, ownerId, readers, copies }));
    return { ...adoption, isNew: known === undefined };
  };

  async function adopt(
    caller: Caller,
    given: {
      listed: ListedObject;
      objectKey: string;
      ownerId: string;
      readers: ReadonlySet<string>;
      copies: boolean;
    },
  ): Promise<Adoption> {
    const { listed, objectKey, ownerId, readers, copies } = given;
    const sourceKey = placeOfKey(objectKey).key;
    const filename = checkFilename(listed.filename ?? sourceKey.slice(sourceKey.lastIndexOf("/") + 1));
    const source = await findObject(deps, objectKey);
    if (!copies) refuseHeaders(source.stored);
    const found = copies ? await copyToOwnKey(deps, source) : source;
    const adoption = await db.transaction(async (tx) => {
      await adoptionQueries(tx).lock(sourceKey);
      if (copies && (await attachmentQueries(tx).findByObjectKey(objectKey)) !== undefined) {
        throw new DomainError("object_already_attached", "The object is attached already.");
      }
      const noteId = await findNote(tx, { caller, ownerId, title: listed.note ?? USUAL_NOTE });
      const attachment = await attachObject(deps, { tx, caller, noteId, ownerId, found, filename, ownsObject: copies });
      await share(deps, { tx, caller, attachment, readers });
      const added = { sourceKey, oldId: listed.oldId, attachmentId: attachment.id };
      if (await adoptionQueries(tx).insert(added)) return added;
      throw invalidRequest(`Another object was adopted with the old id ${listed.oldId}, or adopts now.`);
    });
    if (deps.scanning !== undefined) deps.onVerificationQueued();
    return adoption;
  }

  async function findNote(
    tx: Tx,
    { caller, ownerId, title }: { caller: Caller; ownerId: string; title: string },
  ): Promise<string> {
    const name = JSON.stringify([ownerId, title]);
    const known = notes.get(name);
    // The service searches for the note again, because the owner may have shared it since the service added the last file.
    const found =
      (known && (await adoptionQueries(tx).findPrivateNote({ ownerId, title, noteId: known }))) ??
      (await adoptionQueries(tx).findPrivateNote({ ownerId, title }));
    const noteId = found ?? newId();
    if (found === undefined) {
      const now = clock();
      const note: Note = { id: noteId, ownerId, title, body: "", createdAt: now, updatedAt: now };
      await noteQueries(tx).insert(note);
      await auditQueries(tx).add(
        auditEvent("note.created", { id: newId(), caller, subject: aboutNote(note), at: now, detail: { title } }),
      );
    }
    notes.set(name, noteId);
    return noteId;
  }
}

export async function copyToOwnKey(
  deps: Deps,
  { objectKey: from, stored, place }: FoundObject & { place?: string | undefined },
): Promise<FoundObject> {
  const { bucket } = deps;
  const to = bucket.newObjectKey(from, place);
  await deleteIfAbandoned(deps, to);
  const { etag, sizeBytes } = stored;
  const contentType = normaliseContentType(stored.contentType);
  const isCopied = (await bucket.copy({ from, to, etag, sizeBytes, contentType, dropsHeaders: true })) === "done";
  const copy = await findObject(deps, to).catch(() => undefined);
  // The copy of a large object reads each part without a condition. If the object was replaced meanwhile, the copy could mix two versions.
  const isUnchanged = (await bucket.head(from))?.etag === etag;
  if (isCopied && isUnchanged && copy?.stored.sizeBytes === sizeBytes) return copy;
  throw new DomainError("object_not_found", "The object changed while it was copied. Try again.");
}

/** Finds a user by an email address, the id in the JWTs of the application, or the id in the service. Throws `user_not_found`. */
async function findUser({ db, jwtIssuers, newId }: Deps, text: string): Promise<string> {
  const email = normaliseEmail(text);
  const found = text.includes("@")
    ? (await findHolders(db, [email])).get(email)
    : (await findUsersById(db, { userIds: [text], issuer: jwtIssuers[0], jwtIssuers, newId })).get(text);
  if (found !== undefined) return found;
  const remedy = "Give the id that the tokens of your application contain, or create an account: valetkey user add";
  throw new DomainError("user_not_found", `Nobody has the email address or id ${text}. ${remedy}`);
}

async function share(
  { clock, newId }: Deps,
  given: { tx: Tx; caller: Caller; attachment: Attachment; readers: ReadonlySet<string> },
): Promise<void> {
  const { tx, caller, attachment, readers } = given;
  const now = clock();
  const details = { role: "viewer", expiresAt: undefined, createdAt: now, createdBy: caller.userId } as const;
  for (const userId of readers) {
    await shareQueries(tx).put({ attachmentId: attachment.id }, { userId, ...details });
    const detail = { userId, role: "viewer", expiresAt: null };
    await auditQueries(tx).add(
      auditEvent("share.granted", { id: newId(), caller, subject: aboutFile(attachment), at: now, detail }),
    );
  }
}
