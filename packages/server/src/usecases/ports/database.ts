import type { Role } from "../../domain/access.ts";
import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { AuditEvent } from "../../domain/audit-event.ts";
import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { Note, NoteWithRole } from "../../domain/note.ts";
import type { Person } from "../../domain/person.ts";
import type { Share, SharedAttachment, ShareWithPerson } from "../../domain/share.ts";
import type { SignedForm } from "../../domain/signed-form.ts";
import type { Upload } from "../../domain/upload.ts";
import type { Quota, Usage } from "../../domain/usage.ts";

export type Page<T> = { items: T[]; nextCursor: string | undefined };
export type PageRequest = { limit: number; cursor: string | undefined };

/** What the access query answers for one attachment; `role` undefined: it exists, and the caller has nothing to do with it. */
export type AttachmentAccess = { attachment: Attachment; role: Role | undefined };
/** As much of an attachment as issuing a URL takes. */
export type Downloadable = Pick<
  Attachment,
  "id" | "noteId" | "ownerId" | "objectKey" | "filename" | "contentType" | "state"
>;
export type DownloadAccess = { attachment: Downloadable; role: Role | undefined };
export type NoteAccess = { note: Note; role: Role | undefined };

/** The one place that decides, from the database as it is at this moment, what a person is to a note or an attachment. */
export type AccessQueries = {
  note(userId: string, noteId: string): Promise<NoteAccess | undefined>;
  attachment(userId: string, attachmentId: string): Promise<AttachmentAccess | undefined>;
  /** The hot path: one prepared statement on either engine. */
  download(userId: string, attachmentId: string): Promise<DownloadAccess | undefined>;
  /** One query for the whole batch; ids that don't exist are absent from the map. */
  downloads(userId: string, attachmentIds: readonly string[]): Promise<Map<string, DownloadAccess>>;
};

/** Business events are written with the change they tell of, in its transaction. */
export type AuditWriter = { add(event: AuditEvent): Promise<void> };

/** URL events are many and small: they share commits. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, at most a few milliseconds later; rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Writes out what is waiting, and takes no more. */
  close(): Promise<void>;
};

/** `search`: only notes with this text in their title, their body or the name of a listed file; case is ignored, no character is special. */
export type NotePageRequest = PageRequest & { search?: string | undefined };

export type NoteQueries = {
  insert(note: Note): Promise<void>;
  /**
   * Answers the note as it is now. `updatedAt`: its instant, or one millisecond after the last change where that is later.
   * `ifUpdatedAt`: only if the last change was then. Undefined: it wasn't, or the note is gone.
   */
  update(
    noteId: string,
    change: { title?: string; body?: string; updatedAt: number; ifUpdatedAt?: number | undefined },
  ): Promise<Note | undefined>;
  /** Keeps others from adding to the note and from deleting it until the transaction ends; false when it is gone. */
  hold(noteId: string): Promise<boolean>;
  /** Removes the note with its attachments, uploads and shares; the caller holds it, and has queued the objects for deletion. */
  delete(noteId: string): Promise<void>;
  /** By id; those that are gone are absent. One query. */
  titlesOf(noteIds: readonly string[]): Promise<Map<string, string>>;
  listOwned(userId: string, page: NotePageRequest): Promise<Page<Note>>;
  /** Notes with a live share for this person; newest first, as all lists are. */
  listShared(userId: string, page: NotePageRequest & { now: number }): Promise<Page<NoteWithRole>>;
};

export type AttachmentQueries = {
  /**
   * Takes room for the file, as it does with every change of a state and gives it back with every removal, so that usage is always what
   * the rows say. `settles`: the room that a form upload reserved under this key is part of it. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Moves `from` -> `to` and says whether it was there: the only way a state changes, so that two callers can't both win. */
  transition(
    attachmentId: string,
    change: {
      from: AttachmentState;
      to: AttachmentState;
      objectKey?: string;
      checksum?: Checksum;
      rejectReason?: string;
    },
  ): Promise<boolean>;
  find(attachmentId: string): Promise<Attachment | undefined>;
  delete(attachmentId: string): Promise<void>;
  /** In order of creation. */
  listOfNote(noteId: string): Promise<Attachment[]>;
  /** All attachments of several notes in one query, for lists of notes. */
  listOfNotes(noteIds: readonly string[]): Promise<Map<string, Attachment[]>>;
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** By id; those that are gone are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};

export type UploadQueries = {
  /** Throws `idempotency_key_in_use` when another upload of this person has the key, however short a time ago. */
  insert(upload: Upload): Promise<void>;
  find(uploadId: string): Promise<Upload | undefined>;
  findOfAttachment(attachmentId: string): Promise<Upload | undefined>;
  transition(uploadId: string, change: { from: AttachmentState; to: AttachmentState }): Promise<boolean>;
  findByKey(key: { userId: string; idempotencyKey: string }): Promise<Upload | undefined>;
  /** Makes the key a new one, if its upload began too long ago, or is pending with no second left; one that ends without a file is forgotten with that. */
  forgetKey(
    key: { userId: string; idempotencyKey: string },
    times: { now: number; startedBefore: number },
  ): Promise<void>;
  /** Pending uploads whose URL died before `before`. */
  listAbandoned(before: number, limit: number): Promise<Upload[]>;
};

export type ShareSubject = { noteId: string } | { attachmentId: string };

export type ShareQueries = {
  /** Creates or replaces the share of this person. */
  put(subject: ShareSubject, share: Share): Promise<void>;
  /** Says whether there was one. */
  delete(subject: ShareSubject, userId: string): Promise<boolean>;
  list(subject: ShareSubject): Promise<ShareWithPerson[]>;
  /** Listed files with a live share of their own for this person, to whom their notes are neither shared nor their own; newest file first. */
  listAttachmentsFor(userId: string, page: PageRequest & { now: number }): Promise<Page<SharedAttachment>>;
};

export type PeopleQueries = {
  /** Creates or refreshes the record of a person; never takes `isAdmin` away. */
  put(person: Person & { now: number }): Promise<void>;
  find(userId: string): Promise<Person | undefined>;
  /** By id; whoever was never here is absent. One query. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** Everyone with one of these addresses (already in normal form). */
  findByEmails(emails: readonly string[]): Promise<Person[]>;
};

export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** SHA-256 of the token, base64url; the token itself is shown once and kept nowhere. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
};

export type ApiTokenQueries = {
  insert(token: ApiToken): Promise<void>;
  /** The live token with this hash, and whose it is. */
  findLive(tokenHash: string, now: number): Promise<{ token: ApiToken; person: Person } | undefined>;
  list(userId: string): Promise<ApiToken[]>;
  /** Says whether there was one of this person's. */
  delete(userId: string, tokenId: string): Promise<boolean>;
};

/** An object that has to go from the bucket: the durable outbox of deletions. */
export type ObjectDeletion = {
  objectKey: string;
  /** Not before this instant: while a signed PUT lives, deleting would be in vain. Milliseconds since the epoch. */
  notBefore: number;
  attempts: number;
};

/**
 * Every object goes twice, the second time long after nobody can put anything under its key any more: a PUT that began while its URL
 * lived may arrive after the first time (SECURITY-REQUIREMENTS 10).
 */
export type ObjectDeletionQueries = {
  /** Queues a deletion, or moves the queued one of this key to `notBefore` and has it done anew. */
  put(deletion: { objectKey: string; notBefore: number }): Promise<void>;
  find(objectKey: string): Promise<ObjectDeletion | undefined>;
  /** Takes one back: the object is wanted after all. In time only while it is not due: what is due may be on its way to the bucket. */
  cancel(objectKey: string): Promise<void>;
  /** Never the object of a file that is there or coming, whatever was queued: what a bug or a lost answer queued loses nobody's file. */
  listDue(now: number, limit: number): Promise<ObjectDeletion[]>;
  /** Of those that were due `now` and are gone: the first time moves to `againAt`, the second one ends. In a transaction. */
  settle(objectKeys: readonly string[], times: { now: number; againAt: number }): Promise<void>;
  /** Does nothing when the deletion is not as it was seen any more. */
  postpone(seen: ObjectDeletion, change: { notBefore: number }): Promise<void>;
};

/** A check of a stored object that one process holds: nobody else touches it before the lease ends. */
export type ClaimedCheck = {
  attachmentId: string;
  /** The content that is checked: what the bucket has with another ETag is not it. */
  etag: string;
  needsScan: boolean;
  holder: string;
  /** How often it was taken, this time included. */
  attempts: number;
};

/** Checks that go on after the request: a durable queue, whose entries are taken for a time. Instants are milliseconds since the epoch. */
export type ContentCheckQueries = {
  insert(check: { attachmentId: string; etag: string; needsScan: boolean; dueAt: number }): Promise<void>;
  /** Takes the one that has been due for longest; one whose holder died is due when its lease ends. Without a scanner, none that needs it. */
  claim(claim: {
    now: number;
    holder: string;
    leaseEndsAt: number;
    canScan: boolean;
  }): Promise<ClaimedCheck | undefined>;
  /** Prolongs the lease; false: it is over, because the check ended or another holder took it. */
  renew(check: Pick<ClaimedCheck, "attachmentId" | "holder">, change: { leaseEndsAt: number }): Promise<boolean>;
  /** Puts it back for anyone, not before `dueAt`. Does nothing when another holder has it. */
  release(check: Pick<ClaimedCheck, "attachmentId" | "holder">, change: { dueAt: number }): Promise<void>;
  remove(attachmentId: string): Promise<void>;
  /** How many wait for a scanner. */
  countNeedingScan(): Promise<number>;
};

/** Who takes room, in whose quota. */
type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** What buckets were found to do, by the place that an answer is about. Instants are milliseconds since the epoch. */
export type BucketCapabilityQueries = {
  find(place: string): Promise<{ capabilities: BucketCapabilities; askedAt: number } | undefined>;
  put(answer: { place: string; capabilities: BucketCapabilities; askedAt: number }): Promise<void>;
};

/** What everyone's files take up. Files that have an attachment are counted with it (AttachmentQueries); these calls are for those without. */
export type UsageQueries = {
  find(ownerId: string): Promise<Usage>;
  /** Takes room for a file that is coming in, until `expiresAt`. In a transaction; throws `quota_exceeded`. */
  reserve(reservation: Reserving & { sizeBytes: number }, quota: Quota): Promise<void>;
  /** Takes more of it, and until later. In a transaction; throws `quota_exceeded`, and `upload_aborted` when it has expired. */
  extend(reservation: Reserving & { moreBytes: number }, quota: Quota): Promise<void>;
  /** Gives it back; doing it twice is fine. In a transaction. */
  release(objectKey: string): Promise<void>;
  /** Gives back what has expired, and answers how many. In a transaction. */
  releaseExpired(now: number): Promise<number>;
  /** Owners whose counter is not what the rows say, as they are at one moment; in the order of their ids, from after one. */
  listDrifts(page: { after: string; limit: number }): Promise<UsageDrift[]>;
  /** Sets the counter to what the rows say. In a transaction. */
  recount(ownerId: string): Promise<void>;
};

/** `counted`: by the counter · `actual`: by the rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };

/** What the database knows of the bucket, asked for a page of it at a time. */
export type InventoryQueries = {
  /** Which of these keys anything explains: a file that is there or coming, or a deletion that is queued. */
  known(objectKeys: readonly string[]): Promise<Set<string>>;
  /** The bucket's ids of the uploads in parts that are under way, or were completed, under these keys. */
  multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Files that are ready, in the order of their objects' keys; `upTo` undefined: to the end. */
  listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]>;
};

export type AuditQueries = AuditWriter & {
  listOfNote(noteId: string, page: PageRequest): Promise<Page<AuditEvent>>;
  listOfOwner(ownerId: string, page: PageRequest): Promise<Page<AuditEvent>>;
};

export type SignedFormQueries = {
  insert(form: SignedForm): Promise<void>;
  /** Forms to be looked at, the longest due first. */
  listDue(now: number, limit: number): Promise<SignedForm[]>;
  /** The earliest `lookAt` of all forms; undefined: there are none. */
  nextLookAt(): Promise<number | undefined>;
  /** Takes a form, as it was seen, until `lookAt`; false: another one took it first. */
  claim(seen: Pick<SignedForm, "id" | "lookAt">, until: { lookAt: number }): Promise<boolean>;
  postpone(formId: string, change: { lookAt: number }): Promise<void>;
  setUpload(formId: string, change: { uploadId: string; lookAt: number }): Promise<void>;
  remove(formId: string): Promise<void>;
};

/** Everything that can be asked of the database inside or outside a transaction. */
export type Queries = {
  access: AccessQueries;
  notes: NoteQueries;
  attachments: AttachmentQueries;
  uploads: UploadQueries;
  shares: ShareQueries;
  people: PeopleQueries;
  apiTokens: ApiTokenQueries;
  objectDeletions: ObjectDeletionQueries;
  contentChecks: ContentCheckQueries;
  bucketCapabilities: BucketCapabilityQueries;
  usage: UsageQueries;
  inventory: InventoryQueries;
  signedForms: SignedFormQueries;
  audit: AuditQueries;
};

/** The database. Every call rejects with `database_unavailable` when it can't be reached, and works again when it can. */
export type Database = Queries & {
  /** All or nothing, durable when it resolves (SQLite: synchronous=FULL). */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  urlAudit: UrlAuditLog;
  /** Resolves when a query went through; rejects with `database_unavailable`. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
