import type { ShareRole } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { aboutNote, auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { notify, notifyOfRequest } from "../outbox/queue-mail.ts";
import { type AccessRequest, accessRequestQueries } from "./queries/access-requests.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { shareQueries } from "./queries/shares.ts";
import { limitShares } from "./shares.ts";

/** Limits how often a user may request access. Requests that the service drops also count. */
const REQUESTS: WindowLimit = { name: "access-requests", max: 20, windowMs: 3_600_000 };
const TOO_MANY = "You asked for access too often. Wait until Retry-After has passed, then try again.";

/** The maximum number of open requests for access to one note. At this maximum, the service drops new requests without an error. */
const MAX_OPEN = 100;
/** How long the service drops new requests of a user for a note after the owner has dismissed a request, in milliseconds. */
const PAUSE_MS = 86_400_000;

/**
 * Requests access to a note from its owner. Returns nothing, so that the caller can't see whether the note exists, or whether the service
 * dropped the request. Drops the request if the user already has access or an open request. Also drops the request if the owner dismissed
 * a request of the user less than a day ago. Throws `rate_limited`.
 */
export function askForAccess(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, noteId: string): Promise<void> => {
    const { userId } = caller;
    await takeFromWindow(deps, { limit: REQUESTS, holder: userId, amount: 1, problem: TOO_MANY });
    await db.transaction(async (tx) => {
      const access = await accessQueries(tx).note(userId, noteId);
      if (access === undefined || access.role !== undefined) return;
      if ((await accessRequestQueries(tx).countOpen(noteId)) >= MAX_OPEN) return;
      const now = clock();
      const isOpened = await accessRequestQueries(tx).open({ noteId, userId, now, dismissedBefore: now - PAUSE_MS });
      if (!isOpened) return;
      const event = { id: newId(), caller, subject: aboutNote(access.note), at: now, detail: {} };
      await auditQueries(tx).add(auditEvent("access.requested", event));
      await notifyOfRequest(deps, tx, { ownerId: access.note.ownerId, noteId, userId });
    });
  };
}

/** Lists the open requests for access to a note, oldest first. Throws `note_not_found` or `access_denied`. */
export function listAccessRequests({ db }: Deps) {
  return async (caller: Caller, noteId: string): Promise<AccessRequest[]> => {
    await authoriseNote(db, { caller, noteId, action: "note.share" });
    return accessRequestQueries(db).listOpen(noteId);
  };
}

/**
 * Shares a note with a user who requested access. Throws `note_not_found`, `access_denied`, `access_request_not_found`, `too_many_shares`.
 */
export function grantAccess(deps: Deps) {
  const { db, clock, newId } = deps;
  return (
    caller: Caller,
    { noteId, userId, role }: { noteId: string; userId: string; role: ShareRole },
  ): Promise<void> =>
    db.transaction(async (tx) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "note.share" });
      await shareQueries(tx).holdAll(noteId);
      if ((await accessRequestQueries(tx).delete(noteId, [userId])) === 0) throw requestNotFound();
      const now = clock();
      await shareQueries(tx).put(
        { noteId },
        { userId, role, expiresAt: undefined, createdAt: now, createdBy: caller.userId },
      );
      await invitationQueries(tx).settle([noteId], { userIds: [userId], now, isReplaced: true });
      limitShares(
        (await shareQueries(tx).list({ noteId })).length + (await invitationQueries(tx).listOpen({ noteId })).length,
      );
      const detail = { userId, role, expiresAt: null };
      await auditQueries(tx).add(
        auditEvent("share.granted", { id: newId(), caller, subject: aboutNote(note), at: now, detail }),
      );
      await notify(deps, tx, { userId, notice: { about: "share", noteId } });
    });
}

/** Closes a request for access without giving access. Throws `note_not_found`, `access_denied` or `access_request_not_found`. */
export function dismissAccessRequest({ db, clock, newId }: Deps) {
  return (caller: Caller, { noteId, userId }: { noteId: string; userId: string }): Promise<void> =>
    db.transaction(async (tx) => {
      const note = await authoriseNote(tx, { caller, noteId, action: "note.share" });
      const now = clock();
      if (!(await accessRequestQueries(tx).dismiss({ noteId, userId, now }))) throw requestNotFound();
      const event = { id: newId(), caller, subject: aboutNote(note), at: now, detail: { userId } };
      await auditQueries(tx).add(auditEvent("access.dismissed", event));
    });
}

function requestNotFound(): DomainError {
  return new DomainError("access_request_not_found", "There is no open request of this user. It was already answered.");
}
