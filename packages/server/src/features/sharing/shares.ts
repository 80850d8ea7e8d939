import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { ShareRole } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../platform/errors.ts";
import { authoriseAttachment, authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { aboutFile, aboutNote, auditEvent, type EventSubject } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { findReceivers, type ShareResult } from "../people/find-users.ts";
import { normaliseEmail } from "../people/person.ts";
import { identityQueries } from "../people/queries.ts";
import { type DescribedInvitation, describeInvitation } from "./invitation.ts";
import { invite, notifyOfShare, takeEmails, withoutShare } from "./invite.ts";
import { accessRequestQueries } from "./queries/access-requests.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { shareQueries } from "./queries/shares.ts";
import type { SharedAttachment, ShareSubject, ShareWithPerson } from "./share.ts";

/** The maximum number of shares of one note or attachment, because one response lists all of them. */
const MAX_SHARES = 1_000;
/** The shares of a note or an attachment that the owner sees, and the open invitations. */
export type SharesOfSubject = { shares: ShareWithPerson[]; invitations: DescribedInvitation[] };

export type ShareInput = {
  subject: ShareSubject;
  userIds: readonly string[];
  emails: readonly string[];
  role: ShareRole;
  /** The expiry of the shares, in milliseconds since the epoch. Undefined: the shares never expire. */
  expiresAt: number | undefined;
};

/**
 * Shares a note or one attachment with users. Replaces the shares that these users already have. Creates an invitation for each email
 * address. `results` reports unknown ids, and the users with known ids still get their shares. Returns all shares of the note or
 * attachment. Throws `note_not_found`, `attachment_not_found`, `access_denied`, `too_many_shares`, `too_many_invitations`,
 * `invalid_request`, and `rate_limited` after too many email addresses.
 */
export function putShares(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, input: ShareInput): Promise<SharesOfSubject & { results: ShareResult[] }> => {
    const { subject, role, expiresAt } = input;
    await takeEmails(deps, { caller, amount: new Set(input.emails.map(normaliseEmail)).size });
    return db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      await shareQueries(tx).holdAll(place.noteId);
      const now = clock();
      if (expiresAt !== undefined && expiresAt <= now) {
        throw invalidRequest("expiresAt is in the past. Give a later instant, or omit it.");
      }
      const found = await findReceivers(tx, { ...deps, ...input, caller, ownerId: place.ownerId });
      const { userIds, emails, results } = found;
      const details = { role, expiresAt, createdAt: now, createdBy: caller.userId };
      const newcomers = await withoutShare(tx, { subject, userIds, now });
      await shareQueries(tx).put(subject, ...userIds.map((userId) => ({ userId, ...details })));
      // An open invitation hides which user holds the email address. The owner has now named these users by id, so their invitations need
      // not hide them any more.
      const subjectId = "noteId" in subject ? subject.noteId : subject.attachmentId;
      await invitationQueries(tx).settle([subjectId], { userIds, now, isReplaced: true });
      if ("noteId" in subject) await accessRequestQueries(tx).delete(subject.noteId, userIds);
      const expiry = expiresAt === undefined ? null : new Date(expiresAt).toISOString();
      const granted = userIds.map((userId) => {
        const detail = { userId, role, expiresAt: expiry };
        return auditEvent("share.granted", { id: newId(), caller, subject: place, at: now, detail });
      });
      await auditQueries(tx).add(...granted);
      await notifyOfShare(deps, tx, { userIds: newcomers, place });
      if (emails.length > 0) await invite(tx, deps, { caller, subject, place, emails, role, expiresAt, now });
      const listed = await list(deps, { queries: tx, subject });
      limitShares(listed.shares.length + listed.invitations.length);
      return { ...listed, results };
    });
  };
}

/** Throws `too_many_shares` if `count` exceeds the maximum. Invitations count as shares. */
export function limitShares(count: number): void {
  if (count <= MAX_SHARES) return;
  throw new DomainError("too_many_shares", `It would have more than ${MAX_SHARES} shares. Revoke some first.`);
}

/** Lists shares and invitations, including expired ones. Throws `note_not_found`, `attachment_not_found` or `access_denied`. */
export function listShares(deps: Deps) {
  const { db } = deps;
  return async (caller: Caller, subject: ShareSubject): Promise<SharesOfSubject> => {
    await authorise(db, { caller, subject });
    return list(deps, { queries: db, subject });
  };
}

async function list(
  deps: Deps,
  { queries, subject }: { queries: Tx; subject: ShareSubject },
): Promise<SharesOfSubject> {
  const invitations = await invitationQueries(queries).listOpen(subject);
  const shares = await shareQueries(queries).list(subject);
  return { shares, invitations: invitations.map((invitation) => describeInvitation(deps, invitation)) };
}

/**
 * Revokes the share of one user. Finds the user by id, as `putShares` does. The service refuses the next request of this user. Throws
 * `share_not_found`, `note_not_found`, `attachment_not_found` or `access_denied`.
 */
export function revokeShare({ db, clock, newId }: Deps) {
  return async (caller: Caller, input: { subject: ShareSubject; userId: string }): Promise<void> => {
    const { subject, userId } = input;
    await db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      const holder = await deleteShare(tx, { caller, subject, userId });
      const event = { id: newId(), caller, subject: place, at: clock(), detail: { userId: holder } };
      await auditQueries(tx).add(auditEvent("share.revoked", event));
    });
  };
}

async function authorise(
  queries: Tx,
  { caller, subject }: { caller: Caller; subject: ShareSubject },
): Promise<EventSubject> {
  if ("noteId" in subject) {
    const note = await authoriseNote(queries, { caller, noteId: subject.noteId, action: "note.share" });
    return aboutNote(note);
  }
  const { attachmentId } = subject;
  const attachment = await authoriseAttachment(queries, { caller, attachmentId, action: "attachment.share" });
  return aboutFile(attachment);
}

async function deleteShare(
  tx: Tx,
  { caller, subject, userId }: { caller: Caller; subject: ShareSubject; userId: string },
): Promise<string> {
  const issuer = await identityQueries(tx).issuerOf(caller.userId);
  const own = issuer === undefined ? undefined : (await identityQueries(tx).find(issuer, [userId])).get(userId);
  for (const each of new Set([own ?? userId, userId])) {
    // The owner does not see a share that an open invitation hides. Its deletion by user id would reveal who holds the email address.
    if (await shareQueries(tx).delete(subject, each, { isVisible: true })) return each;
  }
  throw noSuch("share");
}

/** Lists the attachments that are shared with the caller without their notes, newest first. */
export function listSharedAttachments({ db, clock }: Deps) {
  return (caller: Caller, page: PageRequest): Promise<Page<SharedAttachment>> =>
    shareQueries(db).listAttachmentsFor(caller.userId, { ...page, now: clock() });
}
