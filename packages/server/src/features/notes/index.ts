import type { Limits } from "../../platform/config/limits.ts";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../platform/errors.ts";
import { createFairTurns } from "../../platform/limits/fair-turns.ts";
import { isComplete, type ListedAttachment } from "../access/attachment.ts";
import { type Arrive, authoriseAttachment, authoriseNote, permits } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Note, NoteSummaryWithRole, NoteWithAttachments, NoteWithRole } from "../access/note.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { visitorFileQueries } from "../links/queries/visitor-files.ts";
import { credentialQueries } from "../people/queries.ts";
import { accessRequestQueries } from "../sharing/queries/access-requests.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { accessSummaryQueries } from "./access-summary-queries.ts";
import type { ListOrder } from "./list-queries.ts";
import { MAX_PINS, pinQueries } from "./pin-queries.ts";
import { noteQueries } from "./queries.ts";
import { searchIndexQueries } from "./search-index-queries.ts";

export type NoteVerbs = ReturnType<typeof createNotes>;

export function createNotes(deps: Deps, { arrive }: { arrive: Arrive }) {
  return {
    createNote: createNote(deps),
    listNotes: listNotes(deps),
    indexForSearch: indexForSearch(deps),
    getNote: getNote(deps, arrive),
    listAttachments: listAttachments(deps, arrive),
    updateNote: updateNote(deps, arrive),
    pinNote: pinNote(deps),
    unpinNote: unpinNote(deps),
    markNoteSeen: markNoteSeen(deps),
    markAttachmentSeen: markAttachmentSeen(deps),
  };
}

/** The maximum number of attachments in the response with a note. Most notes have fewer attachments. */
const FIRST_ATTACHMENTS = 200;

const TOO_MANY_SEARCHES = "Five of your searches are running or waiting. Wait for their results first.";

/** Creates a note, whose owner is the caller. A repeated call with the same `idempotencyKey` returns the note of the first call. */
function createNote({ db, clock, newId, limits }: Deps) {
  return async (caller: Caller, { idempotencyKey, ...input }: CreateNoteInput): Promise<NoteWithAttachments> => {
    const now = clock();
    const note: Note = { id: newId(), ownerId: caller.userId, ...input, createdAt: now, updatedAt: now };
    const existing = await db.transaction(async (tx) => {
      const made = idempotencyKey === undefined ? undefined : await insertOnce(tx, { note, idempotencyKey });
      if (made !== undefined) {
        const owned = { ...made, role: "owner" as const };
        return { ...owned, ...(await details(tx, { note: owned, caller, limits })) };
      }
      if (idempotencyKey === undefined) await noteQueries(tx).insert(note);
      const event = { id: newId(), caller, subject: aboutNote(note), at: now, detail: { title: note.title } };
      await auditQueries(tx).add(auditEvent("note.created", event));
      return undefined;
    });
    if (existing !== undefined) return existing;
    return {
      ...note,
      role: "owner",
      accessExpiresAt: undefined,
      attachments: [],
      attachmentsCursor: undefined,
      attachmentCount: 0,
      accessRequestCount: 0,
      isNew: false,
      isPinned: false,
      access: {},
    };
  };
}

/** Inserts the note, or returns the note of an earlier request with the same idempotency key. */
async function insertOnce(
  tx: Tx,
  { note, idempotencyKey }: { note: Note; idempotencyKey: string },
): Promise<Note | undefined> {
  const find = () => noteQueries(tx).findByKey({ ownerId: note.ownerId, idempotencyKey });
  const known = await find();
  // If a parallel request with the same key runs, the insertion waits for the end of that request, and then inserts nothing.
  return known ?? ((await noteQueries(tx).insertOnce(note, idempotencyKey)) ? undefined : find());
}

type CreateNoteInput = { title: string; body: string; idempotencyKey?: string | undefined };

/**
 * Lists the notes of the caller, or the notes that are shared with the caller. Pinned notes come first, then the other notes, the newest
 * first. `order`: another order of the caller's own notes. `search`: only notes with this text in the title, the body or a filename. The
 * search ignores upper and lower case. Throws `search_timeout`, and `rate_limited` if five searches of the caller already run or wait.
 */
function listNotes({ db, clock, limits }: Deps) {
  const turns = createFairTurns({ atOnce: db.searchesAtOnce, ofHolder: 5, problem: TOO_MANY_SEARCHES });
  return async (caller: Caller, request: ListNotesInput): Promise<Page<NoteSummaryWithRole>> => {
    const { scope, signal, order, ...page } = request;
    if (order !== undefined && (scope === "shared" || page.search !== undefined)) {
      throw invalidRequest("`sort` is only for your own notes, without `q`.");
    }
    const { userId } = caller;
    const list = async (): Promise<Page<Omit<NoteSummaryWithRole, "access">>> => {
      if (scope === "shared") return noteQueries(db).listShared(userId, { ...page, now: clock() });
      const { items, nextCursor } = await noteQueries(db).listOwned(userId, { ...page, order });
      return { items: items.map((note) => ({ ...note, role: "owner" })), nextCursor };
    };
    const { items, nextCursor } = await (page.search === undefined
      ? list()
      : turns.run({ holder: userId, signal }, list));
    const seen = items.filter((note) => note.hasBeenShared && seesAccess(note)).map(({ id }) => id);
    const found = await accessSummaryQueries(db).ofNotes(seen, limits.links);
    const accessOf = (note: (typeof items)[number]) => (seesAccess(note) ? (found.get(note.id) ?? {}) : undefined);
    return { items: items.map((note) => ({ ...note, access: accessOf(note) })), nextCursor };
  };
}

/** Adds some changed notes and files to the search index. Returns false if no note or file has changed. */
function indexForSearch({ db }: Deps) {
  return (): Promise<boolean> => db.transaction((tx) => searchIndexQueries(tx).indexSome());
}

type ListNotesInput = PageRequest & {
  scope: "owned" | "shared";
  order?: ListOrder | undefined;
  search?: string | undefined;
  /** Aborts when the client disconnects. If the search still waits then, it never runs. */
  signal?: AbortSignal | undefined;
};

/** Returns a note with the first page of its attachments. Throws `note_not_found` or `access_denied`. */
function getNote({ db, limits }: Deps, arrive: Arrive) {
  return async (caller: Caller, noteId: string): Promise<NoteWithAttachments> => {
    const note = await authoriseNote(db, { caller, noteId, action: "note.read" });
    if (note.role !== "owner") await arrive(caller, { noteId });
    return { ...note, ...(await details(db, { note, caller, limits })) };
  };
}

/**
 * Changes the title, the body, or both. With `ifUpdatedAt`, changes the note only if its last change was at this instant.
 * Throws `note_not_found`, `access_denied`, `note_changed`, `invalid_request`.
 */
function updateNote({ db, clock, newId, limits }: Deps, arrive: Arrive) {
  return async (
    caller: Caller,
    input: { noteId: string; title?: string; body?: string; ifUpdatedAt?: number | undefined },
  ): Promise<NoteWithAttachments> => {
    const { noteId, ...change } = input;
    if (change.title === undefined && change.body === undefined) {
      throw invalidRequest("Give at least one of title and body.");
    }
    const updated = await db.transaction(async (tx) => {
      const { role } = await authoriseNote(tx, { caller, noteId, action: "note.edit" });
      const now = clock();
      const note = await noteQueries(tx).update(noteId, { ...change, updatedAt: now });
      if (note === undefined) throw await whyUnchanged(tx, noteId);
      const event = { id: newId(), caller, subject: aboutNote(note), at: now, detail: {} };
      await auditQueries(tx).add(auditEvent("note.updated", event));
      return { ...note, role, ...(await details(tx, { note: { ...note, role }, caller, limits })) };
    });
    if (updated.role !== "owner") await arrive(caller, { noteId });
    return updated;
  };
}

/** Lists the attachments of a note, in order of creation. Throws `note_not_found` or `access_denied`. */
function listAttachments({ db, limits }: Deps, arrive: Arrive) {
  return async (caller: Caller, input: PageRequest & { noteId: string }): Promise<Page<ListedAttachment>> => {
    const { noteId, ...page } = input;
    const note = await authoriseNote(db, { caller, noteId, action: "note.read" });
    if (note.role !== "owner") await arrive(caller, { noteId });
    return pageOfNote(db, { note, caller, limits, ...page });
  };
}

type Reading = { note: Pick<NoteWithRole, "id" | "role">; caller: Caller; limits: Limits };

/**
 * Returns whether the user may see who has access. A user who may make links of a note also sees the links and the activity of this note.
 */
function seesAccess({ role }: Pick<NoteWithRole, "role">): boolean {
  return permits(role, "note.link");
}

async function details(queries: Tx, reading: Reading) {
  const { note, caller, limits } = reading;
  const isOwner = note.role === "owner";
  // Only the owner can grant access, so only the owner sees the number of requests for access.
  const accessRequestCount = isOwner ? await accessRequestQueries(queries).countOpen(note.id) : 0;
  const share = isOwner ? undefined : await shareQueries(queries).findOfNote(note.id, caller.userId);
  const isPinned = await pinQueries(queries).has({ userId: caller.userId, noteId: note.id });
  const isNew = isOwner ? await visitorFileQueries(queries).hasUnseen(note.id) : share?.isNew === true;
  const access = seesAccess(note)
    ? ((await accessSummaryQueries(queries).ofNotes([note.id], limits.links)).get(note.id) ?? {})
    : undefined;
  const attachments = await firstAttachments(queries, reading);
  return { accessRequestCount, accessExpiresAt: share?.expiresAt, isNew, isPinned, access, ...attachments };
}

async function firstAttachments(queries: Tx, reading: Reading) {
  const first = { ...reading, limit: FIRST_ATTACHMENTS, cursor: undefined };
  const { items, nextCursor } = await pageOfNote(queries, first);
  // If the first page contains all attachments, the service needs no query to count the attachments.
  const attachmentCount =
    nextCursor === undefined
      ? items.filter(({ state }) => isComplete(state)).length
      : await attachmentQueries(queries).countOfNote(reading.note.id, reading.note.role);
  return { attachments: items, attachmentsCursor: nextCursor, attachmentCount };
}

/** Returns a page of the attachments that the caller sees. Only the owner of the note and the sender see a rejected attachment. */
async function pageOfNote(
  tx: Tx,
  { note, caller, limits, ...page }: Reading & PageRequest,
): Promise<Page<ListedAttachment>> {
  const reader = note.role === "owner" ? {} : { reader: { userId: caller.userId, role: note.role } };
  const { items, nextCursor } = await attachmentQueries(tx).pageOfNote(note.id, { ...page, ...reader });
  if (!seesAccess(note)) return { items, nextCursor };
  const found = await accessSummaryQueries(tx).ofFiles(
    items.map(({ id }) => id),
    limits.links,
  );
  return { items: items.map((item) => ({ ...item, access: found.get(item.id) })), nextCursor };
}

async function whyUnchanged(queries: Tx, noteId: string): Promise<DomainError> {
  if (!(await guardedNoteQueries(queries).hold(noteId))) return noSuch("note");
  return new DomainError(
    "note_changed",
    "The note was changed in the meantime, so nothing was saved. Read it again, and save with its current updatedAt.",
  );
}

/** Pins a note, so that this note comes first in the lists of the caller. Throws `note_not_found`, `access_denied` or `too_many_pins`. */
function pinNote({ db, clock }: Deps) {
  return async (caller: Caller, noteId: string): Promise<void> => {
    const { userId } = caller;
    await authoriseNote(db, { caller, noteId, action: "note.read" });
    await db.transaction(async (tx) => {
      // Without this lock, parallel requests of a user could exceed the maximum number of pins.
      await credentialQueries(tx).lock(userId);
      const pins = pinQueries(tx);
      const now = clock();
      if (await pins.add({ userId, noteId, now })) return;
      await pins.removeUnseen({ userId, now });
      if (await pins.add({ userId, noteId, now })) return;
      throw new DomainError("too_many_pins", `You have pinned ${MAX_PINS} notes. Unpin another note first.`);
    });
  };
}

/** Removes the pin of a note. Does nothing if the caller has not pinned the note, or no longer sees the note. */
function unpinNote({ db }: Deps) {
  return async (caller: Caller, noteId: string): Promise<void> => {
    await pinQueries(db).remove({ userId: caller.userId, noteId });
  };
}

/** Marks a note as seen. For the owner, also marks the files that visitors sent to the note. Throws `note_not_found` or `access_denied`. */
function markNoteSeen({ db, clock }: Deps) {
  return async (caller: Caller, noteId: string): Promise<void> => {
    const { role } = await authoriseNote(db, { caller, noteId, action: "note.read" });
    if (role === "owner") await visitorFileQueries(db).markSeen(noteId, clock());
    else await shareQueries(db).markSeen({ noteId }, { userId: caller.userId, now: clock() });
  };
}

/** Marks a file as seen that was shared without its note. Throws `attachment_not_found` or `access_denied`. */
function markAttachmentSeen({ db, clock }: Deps) {
  return async (caller: Caller, attachmentId: string): Promise<void> => {
    await authoriseAttachment(db, { caller, attachmentId, action: "attachment.read" });
    await shareQueries(db).markSeen({ attachmentId }, { userId: caller.userId, now: clock() });
  };
}
