import { encodeListCursor } from "../../features/notes/list-queries.ts";
import type { LeasedDelivery } from "../../features/outbox/webhook.ts";
import type { NamedObject } from "../../features/storage/move-queries.ts";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import { encodeCursor, encodeTimedCursor } from "../../platform/database/pages.ts";
import type { EveryQuery } from "./every-query.ts";
import { MIDDLE, ROWS } from "./large-database.ts";
import {
  sampleAttachment,
  sampleEvent,
  sampleInvitation,
  sampleLink,
  sampleNote,
  sampleShare,
  sampleToken,
  sampleUpload,
} from "./samples.ts";

type Examples = {
  [Noun in keyof EveryQuery]: {
    [Verb in keyof EveryQuery[Noun]]: EveryQuery[Noun][Verb] extends (
      ...given: infer Given extends readonly unknown[]
    ) => unknown
      ? readonly Given[]
      : never;
  };
};

const NOW = MIDDLE;
/** At this instant, only few rows of `fillTables` have expired. */
const EXPIRED = ROWS / 1000;
const FEW = ["1", "2", "3"];
const users = FEW.map((nth) => `user-${nth}`);
const files = FEW.map((nth) => `file-${nth}`);
const mails = FEW.map((nth) => `mail-${nth}`);
const ofNote = { noteId: "note-1" };
const ofFile = { attachmentId: "file-1" };
const first = { limit: 50, cursor: undefined };
const next = { limit: 50, cursor: encodeCursor("zzz") };
const note = sampleNote({ id: "note-1", ownerId: "user-1" });
const file = sampleAttachment(note);
const link = sampleLink(note, { id: "link-1" });
const pixels = { width: 320, height: 240 };
const preview = {
  attachmentId: "file-1",
  name: "small",
  objectKey: "preview-1",
  staged: false,
  contentType: "image/webp",
  sizeBytes: 1,
  sha256: "sha256",
  pixels: undefined,
  createdAt: NOW,
} as const;
const fileJob = { attachmentId: "file-1", kind: "verification", attempts: 0, detail: "etag" } as const;
const upload = sampleUpload(file, { id: "upload-1", userId: "user-1", idempotencyKey: "key" });
const invitation = sampleInvitation(note, { id: "new", email: "mail-1", userId: "user-1" });
const accountInvitation = { ...invitation, id: "new", email: "new@example.com" };
const event = sampleEvent({ noteId: "note-1", ownerId: "user-1", action: "attachment.uploaded" });
const ofLink = { linkId: "link-1", visitorId: "visitor-1" };
const code = { linkId: "link-1", email: "mail-1" };
const claim = { id: "claim-1", linkId: "link-1", generation: 0 };
const newClaim = { ...claim, id: "new", visitorId: "new", claimedAt: NOW, windowEndsAt: NOW + 1 };
const issued = { count: 1, lastUrlExpiresAt: NOW };
const policy = {
  isEnabled: true,
  maxExpirySeconds: undefined,
  isPasswordRequired: false,
  windowSeconds: 900,
  abuseContact: undefined,
};
const notice = { about: "link-opened", linkId: "link-1" } as const;
const digest = { kind: "digest", userId: "user-1" } as const;
const quota = { bytes: undefined, files: undefined };
const named: NamedObject = {
  ...{ kind: "file", attachmentId: "file-1", name: "name.pdf", objectKey: "key-1" },
  ...{ isOwn: true, sizeBytes: 1, sha256: undefined },
};
const reserving = { objectKey: "deleted-100", ownerId: "user-1", userId: "user-1", expiresAt: NOW };
const subject = { issuer: "jwks", subject: "subject-1" } as const;
const message = { id: "m", type: "url.issued", subject: "s", ownerId: "user-1", at: NOW, data: {} } as const;
const endpoint = {
  id: "endpoint-1",
  ownerId: "user-1",
  url: "https://example.com",
  events: ["url.issued"],
  description: "",
  generation: 0,
  formerSecretUntil: undefined,
  createdAt: NOW,
  disabledAt: undefined,
  problem: undefined,
  failure: undefined,
  failures: 0,
  succeededAt: undefined,
} as const;
const delivery: LeasedDelivery = {
  endpoint,
  id: "delivery-1",
  body: "{}",
  attempts: 1,
  queuedAt: NOW,
  leaseEndsAt: 1,
};
const failed = { now: NOW, status: 500, failure: "status", problem: "p", pausedUntil: NOW } as const;
const person = { id: "user-1", email: "mail-1", name: "Ann", isAdmin: false, now: NOW };
const passkey = {
  id: "new",
  userId: "user-1",
  credentialId: "new",
  publicKey: "k",
  counter: 0,
  transports: [],
  name: "phone",
  createdAt: NOW,
  lastUsedAt: undefined,
};
const deletion = { id: "new", deletedBy: "user-1", deletedAt: NOW };
const range = { after: `event-${100_000 + NOW}`, before: `event-${100_100 + NOW}`, limit: 5_000 };
const claiming = { now: NOW, leaseEndsAt: NOW + 1, limit: 10 };

/**
 * Arguments for every query, in a database that `fillTables` has filled. A query with options has an example for each case with different
 * SQL. The type requires every query, so that nobody forgets a new query.
 */
export const queryExamples: Examples = {
  access: {
    note: [["user-1", "note-1"]],
    attachment: [["user-1", "file-1"]],
    upload: [["user-1", "upload-1"]],
    download: [["user-1", "file-1"]],
    downloads: [["user-1", files]],
  },
  lookups: {
    session: [["token-1"]],
    apiToken: [["hash-1"]],
    isDisabled: [["user-1"]],
    person: [["user-1"]],
    item: [[{ resource: "invoice", itemId: "item-1" }]],
    itemOfFile: [["file-1"]],
  },
  adoptions: {
    lock: [["source-1"]],
    insert: [[{ sourceKey: "source-new", oldId: "old-new", attachmentId: "file-1" }]],
    find: [["source-1"]],
    findByOldId: [["old-1"]],
    findPrivateNote: [
      [{ ownerId: "user-1", title: "Title" }],
      [{ ownerId: "user-1", title: "Title", noteId: "note-1" }],
    ],
  },
  guardedNotes: { titlesOf: [[["note-1", "note-2"]]], hold: [["note-1"]] },
  administrators: {
    addEvent: [[{ id: "new", at: NOW, action: "person.disabled", actorId: "user-1", subjectId: "user-2", detail: {} }]],
    holdAdministrators: [[]],
  },
  pins: {
    add: [[{ userId: "user-1", noteId: "note-1", now: NOW }]],
    remove: [[{ userId: "user-1", noteId: "note-1" }]],
    removeUnseen: [[{ userId: "user-1", now: NOW }]],
    has: [[{ userId: "user-1", noteId: "note-1" }]],
  },
  notes: {
    insert: [[sampleNote()]],
    insertOnce: [[sampleNote(), "key"]],
    findByKey: [[{ ownerId: "user-1", idempotencyKey: "key-1" }]],
    update: [["note-1", { title: "t", body: "b", updatedAt: NOW, ifUpdatedAt: 1 }]],
    delete: [["note-1"]],
    listOwned: [
      ["user-1", first],
      ["user-1", next],
      ["user-1", { ...next, search: "title" }],
      ["user-1", { ...first, order: "changed" }],
      ["user-1", { ...first, order: "title" }],
      [
        "user-1",
        { ...first, cursor: encodeListCursor({ part: "others", id: "note-9", key: 9 }, "changed"), order: "changed" },
      ],
      [
        "user-1",
        { ...first, cursor: encodeListCursor({ part: "others", id: "note-9", key: "title" }, "title"), order: "title" },
      ],
      ["user-1", { ...first, cursor: encodeListCursor({ part: "pinned", id: "note-9", key: undefined }, "created") }],
    ],
    listShared: [
      ["user-1", { ...first, now: NOW }],
      ["user-1", { ...next, now: NOW }],
      ["user-1", { ...next, now: NOW, search: "title" }],
    ],
  },
  staged: {
    attach: [
      ["file-1", { after: 0, item: undefined }],
      ["file-1", { after: 0, item: { resource: "invoice", itemId: "1" } }],
    ],
    deleteOne: [[NOW], [NOW, "note-1"]],
  },
  tenants: {
    page: [
      ["item:tenant:acme", first],
      ["item:tenant:acme", next],
    ],
    hold: [["item:tenant:acme", { beforeId: "file-1", limit: 100 }]],
  },
  attachments: {
    insert: [[file, { quota, settles: true }]],
    transition: [
      ["file-1", { from: "ready", to: "rejected", objectKey: "k", rejectReason: "r", rejection: { code: "changed" } }],
    ],
    rename: [[file, "b.pdf"]],
    relocate: [["file-1", "note-2"]],
    find: [["file-1"]],
    hasCopyOf: [["source-1"]],
    hold: [["file-1"]],
    delete: [["file-1"]],
    listOfNote: [["note-1"]],
    pageOfNote: [
      ["note-1", first],
      ["note-1", { ...next, reader: { userId: "user-1", role: "viewer" } }],
    ],
    countOfNote: [
      ["note-1", "viewer"],
      ["note-1", "owner"],
    ],
    findByObjectKey: [["key-1"]],
    hiddenFromViewers: [[files]],
    filenamesOf: [[files]],
  },
  previews: {
    findFiles: [[files]],
    list: [[files]],
    findConfirmed: [["small", files]],
    holdFiles: [[files]],
    insert: [[[{ ...preview, attachmentId: "file-2", name: "large", objectKey: "new" }]]],
    confirm: [
      [
        { ...preview, attachmentId: "file-100", objectKey: "preview-100" },
        { ...pixels, objectKey: "new" },
      ],
    ],
    dropReplaced: [[[preview], EXPIRED]],
    dropUnconfirmed: [[EXPIRED, 100]],
  },
  fileJobs: {
    insert: [[{ attachmentId: "new", kind: "verification", detail: "etag", dueAt: NOW }]],
    lease: [
      ["verification", { now: NOW, leaseEndsAt: NOW }],
      ["verification", { now: NOW, leaseEndsAt: NOW, except: "scanning" }],
      ["preview", { now: NOW, leaseEndsAt: NOW }],
    ],
    renew: [[fileJob, { leaseEndsAt: NOW }]],
    postpone: [[fileJob, { dueAt: null }]],
    finish: [["file-1", "verification"]],
    list: [["preview", { after: "file-1", limit: 100 }]],
    count: [
      ["verification", "scanning"],
      ["preview", "ready"],
    ],
  },
  uploads: {
    start: [
      [
        {
          upload: { ...upload, id: "new" },
          isGranted: false,
          quota,
          maxPending: { ofUser: 9, ofNote: 9 },
          startedBefore: 0,
        },
      ],
    ],
    complete: [
      [
        {
          attachmentId: "file-50",
          uploadId: "upload-50",
          checksum: undefined,
          event: { ...event, actorId: "user-50" },
        },
      ],
    ],
    holdStarts: [[{ userId: "user-1", noteId: "note-1" }]],
    countPending: [[{ userId: "user-1", noteId: "note-1" }]],
    find: [["upload-1"]],
    findOfAttachment: [["file-1"]],
    findOfAttachments: [[files]],
    transition: [["upload-1", { from: "ready", to: "expired" }]],
    findByKey: [[{ userId: "user-1", idempotencyKey: "key" }]],
    forgetKey: [
      [
        { userId: "user-1", idempotencyKey: "key" },
        { now: NOW, startedBefore: NOW },
      ],
    ],
    recordCopy: [
      [
        { ...file, id: "file-1", createdBy: "user-1" },
        { id: "new", idempotencyKey: "new" },
      ],
    ],
    listAbandoned: [[NOW, 100]],
  },
  moving: {
    holdersOfNote: [["note-1"]],
    holdersOfFiles: [[files]],
    countLinks: [["note-1", files, policy]],
    relocateShares: [["file-1", { from: "note-1", to: "note-2" }]],
  },
  shares: {
    holdAll: [["note-1"]],
    put: [
      [ofNote, sampleShare()],
      [ofFile, sampleShare()],
    ],
    putInvited: [
      [ofNote, mails],
      [ofFile, mails],
    ],
    delete: [
      [ofNote, "user-1"],
      [ofFile, "user-1"],
    ],
    list: [[ofNote], [ofFile]],
    expiryOf: [
      [ofNote, "user-1"],
      [ofFile, "user-1"],
    ],
    listHeld: [
      [
        { noteId: "note-1", attachmentId: "file-1" },
        { userId: "user-1", now: NOW },
      ],
    ],
    listEnding: [[{ from: NOW, until: NOW + 100_000, limit: 100 }]],
    markReminded: [
      [{ noteId: "note-1", attachmentId: undefined, userId: "user-1", expiresAt: 1_000 }, NOW],
      [{ noteId: "note-1", attachmentId: "file-1", userId: "user-1", expiresAt: 1_000 }, NOW],
    ],
    findOfNote: [["note-1", "user-1"]],
    markSeen: [
      [ofNote, { userId: "user-1", now: NOW }],
      [ofFile, { userId: "user-1", now: NOW }],
    ],
    listAttachmentsFor: [
      ["user-1", { ...first, now: NOW }],
      ["user-1", { ...next, now: NOW }],
    ],
  },
  invitations: {
    put: [[invitation]],
    hold: [["invitation-1"]],
    holdOf: [[ofNote, mails]],
    find: [["invitation-1"]],
    replace: [[{ ...invitation, id: "invitation-1" }]],
    delete: [["invitation-1"]],
    listOpen: [[ofNote], [ofFile]],
    listFor: [[{ userId: "user-1", now: NOW }]],
    countOpen: [["user-1"]],
    listExpected: [["user-1"]],
    settle: [[["note-100"], { userIds: ["user-100"], now: NOW }]],
    deleteOld: [[EXPIRED]],
  },
  accessRequests: {
    open: [[{ noteId: "note-1", userId: "user-2", now: NOW, dismissedBefore: NOW }]],
    listOpen: [["note-1"]],
    countOpen: [["note-1"]],
    dismiss: [[{ noteId: "note-1", userId: "user-1", now: NOW }]],
    delete: [["note-1", users]],
  },
  accessSummaries: {
    ofNotes: [[FEW.map((nth) => `note-${nth}`), policy]],
    ofFiles: [[files, policy]],
  },
  people: {
    namesOf: [[["visitor-1"]]],
    put: [[person]],
    withdrawEmailProof: [["user-1", "mail"]],
    signedIn: [["user-1", NOW]],
    languageOf: [["user-1"]],
    setLanguage: [["user-1", "de"]],
    findByIds: [[users]],
    findByEmails: [[mails]],
  },
  identities: {
    find: [["jwks", ["subject-1"]]],
    issuerOf: [["user-1"]],
    add: [[{ ...subject, userId: "user-1" }]],
    findHolders: [[users]],
  },
  disabledUsers: { findDeletion: [["user-1"]], add: [["user-1", NOW]], remove: [["user-1", { exceptSession: "s" }]] },
  apiTokens: {
    insert: [[sampleToken()]],
    list: [["user-1"]],
    delete: [["user-1", "token-1"]],
    deleteOfAnyUser: [["token-1"]],
    markUsed: [["token-1", NOW]],
  },
  tokenRequests: {
    insert: [
      [
        {
          tokenHash: "hash",
          codeHash: "code",
          label: "laptop",
          clientAddress: "192.0.2.1",
          requestedAt: 1,
          expiresAt: 2,
        },
      ],
    ],
    isOpen: [["hash", 1]],
    find: [[["code-1", "code-2"], 1]],
    remove: [["hash"]],
    deleteExpired: [[1]],
  },
  changes: { describe: [["user-1", "note-1"]] },
  credentials: {
    deleteTokens: [["user-1"]],
    lock: [["user-1"]],
    exists: [[{ kind: "session", id: "session-1" }], [{ kind: "api-token", id: "token-1" }]],
  },
  objectDeletions: {
    put: [[{ objectKey: "new", notBefore: NOW }]],
    find: [["deleted-1"]],
    cancel: [["deleted-1"]],
    listDue: [[NOW, 20]],
    settle: [[["deleted-1"], { now: NOW, againAt: NOW }]],
    postpone: [[{ objectKey: "deleted-1", notBefore: 1, attempts: 0 }, { notBefore: NOW }]],
  },
  bucketCapabilities: {
    find: [["place"]],
    put: [[{ place: "p", capabilities: {} as never, askedAt: NOW }]],
  },
  usage: {
    find: [["user-1"]],
    setQuota: [["user-1", { quotaBytes: 1, quotaFiles: 1 }]],
    reserve: [[{ ...reserving, objectKey: "new", sizeBytes: 1 }, quota]],
    extend: [[{ ...reserving, moreBytes: 1 }, quota]],
    hold: [[{ objectKey: "new", ownerId: "user-1", sizeBytes: 1, expiresAt: NOW }]],
    release: [["deleted-100"]],
    releaseExpired: [[EXPIRED, 100]],
    sumPage: [
      ["attachments", { after: "file-1", limit: 100 }],
      ["object_deletions", { after: "deleted-1", limit: 100 }],
    ],
    listCounters: [[{ after: "user-1", limit: 100 }]],
    findDrift: [["user-1"]],
    recount: [["user-1"]],
  },
  queues: { measure: [[NOW]] },
  inventory: {
    known: [[["key-1"]]],
    taken: [[["key-1", "key-2"]]],
    multipartsUnder: [[["key-1"]]],
    inUse: [[["key-1"]]],
    firstKeyOfFile: [[""]],
    firstKeyOfPreview: [[""]],
    listReady: [[{ after: "key-1", upTo: undefined, limit: 100 }], [{ after: "key-1", upTo: "key-2", limit: 100 }]],
  },
  moves: {
    listFiles: [
      [{ range: { after: "key-1", before: "key-9" }, limit: 100 }],
      [{ range: { after: "key-1", before: undefined, unmarked: true }, limit: 100 }],
    ],
    listPreviews: [
      [{ range: { after: "key-1", before: "key-9" }, limit: 100 }],
      [{ range: { after: "key-1", before: undefined, unmarked: true }, limit: 100 }],
    ],
    measure: [[{ after: "", before: undefined }, { adopted: false }]],
    countAdopted: [[{ after: "", before: undefined }]],
    unsettled: [[{ after: "", before: undefined }, { after: NOW }]],
    lastDeletions: [[{ after: "", before: undefined }]],
    rename: [
      [named, "new"],
      [{ ...named, kind: "preview", name: "small" }, "new"],
    ],
    names: [[named], [{ ...named, kind: "preview" }]],
  },
  backups: {
    listFiles: [[{ range: { after: "key-1", before: "key-9" }, limit: 100 }]],
    listPreviews: [[{ range: { after: "key-1", before: "key-9" }, limit: 100 }]],
    listUploads: [[{ range: { after: "key-1", before: "key-9" }, limit: 100 }]],
    keysOf: [[["attachment-1", "attachment-2"]]],
    dropPreview: [["key-1"]],
    rename: [["key-1", "new"]],
    dropDeletions: [[{ after: "key-1", before: "key-9" }]],
  },
  uploadBucket: {
    find: [[]],
    places: [[]],
    hold: [[{ holder: "holder", now: NOW, heldUntil: NOW, number: 1, places: { 1: "old", 2: "new" } }]],
    release: [["holder"]],
    direct: [[{ holder: "holder", number: 2, since: NOW }]],
    settle: [[1]],
  },
  limitCounts: {
    take: [
      ["key-1", { amount: 1, max: 9, now: NOW, expiresAt: NOW }],
      [`key-${ROWS}`, { amount: 1, max: 0, now: NOW, expiresAt: NOW }],
    ],
    takeEach: [[["key-1", `key-${ROWS}`], { max: 0, now: NOW, expiresAt: NOW }]],
    exhaustedUntil: [["key-1", { max: 9, now: NOW }]],
    giveBack: [["key-1", { amount: 1, expiresAt: 1 }]],
    reset: [["key-1"]],
    deleteExpired: [[EXPIRED]],
  },
  links: {
    insert: [[{ ...link, id: "new", attachmentIds: ["file-1"], recipients: ["mail-1"] }]],
    findByKey: [[{ noteId: "note-1", createdBy: "user-1", idempotencyKey: "key" }]],
    find: [["link-1"]],
    findDetails: [["link-1"]],
    hasReceived: [["link-1"]],
    listOfNote: [
      ["note-1", first],
      ["note-1", next],
    ],
    listOfAttachment: [
      ["file-1", first],
      ["file-1", next],
    ],
    listOfPerson: [
      ["user-1", { ...first, kind: undefined }],
      ["user-1", { ...next, kind: "upload" }],
    ],
    listAll: [
      [{ ...first, kind: undefined, text: undefined }],
      [{ ...next, kind: "download", text: undefined }],
      [{ ...first, kind: undefined, text: "nobody" }],
    ],
    listUnrevoked: [["user-1"]],
    countLive: [["note-1"]],
    replace: [[{ ...link, attachmentIds: ["file-1"], recipients: ["mail-1"] }]],
    revokeOfNote: [["note-1", NOW]],
    removeFile: [["file-1"]],
    revoke: [["link-1", NOW]],
  },
  visitorFiles: {
    insert: [
      [
        {
          ...ofLink,
          attachmentId: "new",
          visitorName: "Vera",
          slotId: undefined,
          receivedAt: undefined,
        },
      ],
    ],
    find: [["file-1"]],
    findUpload: [[{ ...ofLink, uploadId: "upload-1" }]],
    listUploads: [[ofLink]],
    pageOfQuarantined: [
      ["note-1", first],
      ["note-1", next],
    ],
    holdLink: [["link-1"]],
    usageOf: [["link-1"]],
    markReceived: [["file-1", NOW]],
    hasUnseen: [["note-1"]],
    markFileSeen: [["file-1", NOW]],
    markSeen: [["note-1", NOW]],
  },
  linkVisits: {
    readyFiles: [
      [{ id: "link-1", noteId: "note-1", attachmentIds: undefined }],
      [{ id: "link-1", noteId: "note-1", attachmentIds: ["file-1"] }],
    ],
    findOpenClaim: [[{ ...ofLink, generation: 0, now: NOW }]],
    claim: [
      [
        { generation: 0, passwordVersion: 0 },
        { claim: newClaim, issued },
      ],
    ],
    addUrls: [[claim, { ...issued, passwordVersion: 0, now: NOW }]],
    addPreviews: [[link, { lastUrlExpiresAt: NOW, hasClaim: false, now: NOW }]],
    deleteClaims: [[EXPIRED]],
    countOpened: [["link-1"]],
  },
  linkRecipients: {
    putCode: [[{ ...code, codeHash: "h", expiresAt: NOW }]],
    findCode: [[{ ...code, now: NOW }]],
    removeCode: [[{ ...code, codeHash: "h" }]],
    putVisitor: [[{ ...ofLink, email: "mail-1", expiresAt: NOW }]],
    emailOf: [[{ ...ofLink, now: NOW }]],
    deleteExpired: [[EXPIRED]],
  },
  receivers: {
    put: [[{ link, sentBy: "user-1", receivers: [{ ...code, id: "new", codeHash: "h" }], now: NOW }]],
    ofEmails: [["link-1", ["mail-1", "mail-2"]]],
    list: [
      ["link-1", first],
      ["link-1", next],
    ],
    markSent: [[{ ...code, generation: 0, now: NOW }]],
    markGivenUp: [[{ ...code, generation: 0, now: NOW }]],
    markVisited: [
      [{ ...code, generation: 0, now: NOW }],
      [{ linkId: "link-1", generation: 0, codeHash: "h", now: NOW }],
    ],
    markUsed: [[{ ...code, generation: 0, now: NOW }], [{ linkId: "link-1", generation: 0, codeHash: "h", now: NOW }]],
  },
  manyItems: {
    find: [
      [[{ resource: "invoice", itemId: "item-1" }]],
      [
        [
          { resource: "invoice", itemId: "item-1" },
          { resource: "order", itemId: "item-2" },
        ],
      ],
    ],
    firstFiles: [[["note-1", "note-2"], 50]],
  },
  items: {
    insert: [[{ noteId: "new", resource: "invoice", itemId: "new", place: "tenants/acme", tenant: "acme" }, NOW]],
    firstPlace: [["bucket:2/"]],
    counts: [[["note-1", "note-2"]]],
    filesOf: [[files]],
    findOfAttachments: [[files]],
  },
  annotations: {
    addNew: [
      [
        { id: "file-1", noteId: "note-1" },
        { tags: ["a"], metadata: { b: 1 } },
      ],
    ],
    put: [
      [
        { id: "file-1", noteId: "note-1" },
        { tags: ["a"], metadata: { b: 1 } },
      ],
    ],
    pageOfNote: [
      [{ noteId: "note-1", terms: ["term-1"] }, first],
      [{ noteId: "note-1", terms: ["term-1", "term-2"] }, next],
    ],
    pageOfResource: [
      [{ resource: "invoice", terms: ["term-1"] }, first],
      [{ resource: "invoice", terms: ["term-1", "term-2"] }, next],
    ],
  },
  hookMarks: { find: [[]], start: [["event-1"]], advance: [[{ from: "event-1", to: "event-2" }]] },
  fileEvents: {
    itemOfNote: [["note-1"]],
    insert: [[[{ id: "new", kind: "ready", resource: "invoice", itemId: "item-1", file }], { dueAt: NOW }]],
    lease: [[{ ...claiming, resources: ["invoice"] }]],
    remove: [["event-1"]],
    postpone: [[{ id: "event-1", leaseEndsAt: 1 }, { dueAt: NOW }]],
  },
  mails: {
    insert: [[{ id: "new", kind: "password-reset", userId: "user-1", email: "mail-1" } as never, { now: NOW }]],
    addNotice: [[digest, notice]],
    collect: [
      [
        { ...digest, id: "new", email: "mail-2", userId: "user-2" },
        { notice, now: NOW, dueAt: NOW },
      ],
    ],
    lease: [[claiming]],
    remove: [["mail-1"]],
    postpone: [
      [
        { id: "mail-1", leaseEndsAt: 1 },
        { dueAt: NOW, problem: "p" },
      ],
    ],
    giveUp: [["mail-1", { now: NOW, problem: "p" }]],
    list: [
      [{ ...first, state: undefined }],
      [{ ...next, state: undefined }],
      [{ ...first, state: "waiting" }],
      [{ ...next, state: "waiting" }],
      [{ ...first, state: "given_up" }],
      [{ ...next, state: "given_up" }],
    ],
    retry: [["mail-100", NOW]],
    deleteGivenUp: [[EXPIRED]],
  },
  mailPreferences: { find: [[{ userId: "user-1" }]], put: [[{ userId: "user-1" }, { shares: "never" }]] },
  accounts: {
    findByEmail: [["mail-1"]],
    find: [["user-1"]],
    replacePassword: [["user-1", { from: "hash", to: "h", now: NOW }]],
    hasPassword: [["user-1", "hash"]],
    endSessions: [["user-1", { except: "s" }]],
    deleteExpiredSessions: [[EXPIRED]],
    replaceEmail: [["user-1", { to: "new", now: NOW }]],
    addLink: [
      [
        {
          tokenHash: "new",
          kind: "password-reset",
          userId: "user-1",
          sentTo: undefined,
          passwordMark: undefined,
          expiresAt: NOW,
        },
      ],
    ],
    findLink: [[{ kind: "password-reset", tokenHash: "hash-1", now: 0 }]],
    removeLink: [["hash-1"]],
    deleteLinksOf: [["user-1"]],
    deleteExpiredLinks: [[EXPIRED]],
    deleteResetLinksByHand: [[]],
  },
  accountDeletions: {
    hold: [["user-1"]],
    put: [[{ userId: "user-1", isByOwner: true, deleteAt: NOW }]],
    remove: [["user-1"]],
    listDue: [[NOW, 100]],
    countContents: [["user-1", NOW]],
    hideNotes: [["user-1"]],
    showNotes: [["user-1"]],
    listNotes: [["user-1", 100]],
    deleteUser: [["user-1"]],
  },
  accountInvitations: {
    put: [[accountInvitation]],
    find: [["invitation-1"]],
    holdOf: [["mail-1"]],
    hold: [["invitation-1"]],
    delete: [["invitation-1"]],
    listOpen: [[first], [next]],
    expireAll: [[NOW]],
    deleteOld: [[EXPIRED]],
  },
  policy: { list: [[]], put: [["trashDays", 30] as never], remove: [["trashDays"] as never] },
  searchIndex: { indexSome: [[]] },
  secondFactors: {
    start: [[{ userId: "user-1", sealedSecret: "s" }]],
    find: [["user-1"]],
    useStep: [["user-1", { step: 1, sealedSecret: "s" }]],
    confirm: [["user-1", NOW]],
    remove: [["user-1"]],
    replaceRecoveryCodes: [["user-1", ["h"]]],
    useRecoveryCode: [["user-1", "hash-1"]],
    countRecoveryCodes: [["user-1"]],
  },
  passkeys: {
    list: [["user-1"]],
    findByCredential: [["credential-1"]],
    insert: [[passkey]],
    use: [["passkey-1", { counter: { from: 0, to: 1 }, now: NOW }]],
    rename: [["user-1", { id: "passkey-1", name: "n" }]],
    remove: [["user-1", "passkey-1"]],
    removeAll: [["user-1"]],
  },
  trash: {
    putNote: [["note-1", deletion]],
    putAttachment: [["file-2", deletion]],
    hold: [
      [ofNote, "user-1"],
      [ofFile, "user-1"],
    ],
    restore: [[ofNote], [ofFile]],
    listFor: [
      ["user-1", first],
      ["user-1", next],
    ],
    pageOfNote: [
      ["note-1", first],
      ["note-1", next],
    ],
    listOld: [[NOW, 100]],
    startPurge: [["note-1"]],
    nextToPurge: [[]],
    holdToPurge: [["note-1"]],
  },
  application: {
    own: [[{ name: "service", bucket: "" }]],
    buckets: [[]],
    replaceBuckets: [[[], [{ name: "eu", number: 2, place: "aws eu-central-1 files-eu " }]]],
  },
  audit: {
    add: [[event, { ...event, id: "new", detail: { linkId: "link-1" } }]],
    listOfNote: [
      ["note-1", first],
      ["note-1", { ...next, routine: "omit" }],
    ],
    listOfOwner: [
      ["user-1", first],
      ["user-1", { ...next, routine: "omit" }],
    ],
    countDownloads: [
      [ofNote, { since: NOW, stepMs: 900_000, limit: 100 }],
      [{ ownerId: "user-1" }, { since: NOW, stepMs: 900_000, limit: 100 }],
    ],
    listOfLink: [
      [{ linkId: "link-1", ownerId: "user-1" }, first],
      [{ linkId: "link-1", ownerId: "user-1" }, next],
    ],
    nextOwner: [["user-1", { before: firstIdAt(NOW) }]],
    listOldest: [["user-1", { before: firstIdAt(NOW), limit: 100 }]],
    deleteOfOwner: [["user-1", ["event-100001"]]],
  },
  administration: {
    listPeople: [
      [{ ...first, text: undefined }],
      [{ limit: 50, cursor: encodeTimedCursor({ at: NOW, id: "user-1" }), text: undefined }],
      [{ ...first, text: "nobody" }],
    ],
    findPerson: [["user-1"]],
    listEvents: [[first], [next]],
  },
  webhooks: {
    insert: [[{ ...endpoint, id: "new" }]],
    list: [["user-1"]],
    find: [["user-1", "endpoint-1"]],
    update: [
      [
        { ownerId: "user-1", id: "endpoint-1" },
        { isDisabled: true, now: NOW },
      ],
    ],
    delete: [["user-1", "endpoint-1"]],
    deleteAllOf: [["user-1"]],
    queue: [[message]],
    queueFor: [["endpoint-1", message]],
    lease: [[{ ...claiming, busy: ["endpoint-2"], busyOwners: ["user-2"] }]],
    delivered: [[delivery, { now: NOW, status: 200 }]],
    postpone: [[delivery, { ...failed, dueAt: NOW }]],
    giveUp: [[delivery, failed]],
    listDeliveries: [
      ["endpoint-1", first],
      ["endpoint-1", next],
    ],
    retry: [[{ endpointId: "endpoint-1", id: "delivery-1" }, NOW]],
    deleteOld: [[EXPIRED]],
  },
  issuedUrls: {
    listUrlReports: [[]],
    advanceUrlReport: [[{ endpointId: "endpoint-1", reportedUntil: "a" }, { reportedUntil: "b" }]],
    listIssuedUrls: [[{ ...range, ownerId: "user-1" }], [{ ...range, ownerId: "" }]],
  },
};
