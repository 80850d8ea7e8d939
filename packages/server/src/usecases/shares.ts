import type { ShareRole } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { Caller } from "../domain/person.ts";
import type { ShareWithPerson } from "../domain/share.ts";
import { aboutFile, aboutNote, auditEvent, type EventSubject } from "./audit-event.ts";
import { authoriseAttachment, authoriseNote } from "./authorise.ts";
import type { Deps, Queries, ShareSubject } from "./ports/index.ts";
import { findReceivers, type ShareResult } from "./receivers.ts";

/** The most shares of a note or an attachment. They are listed as a whole. */
const MAX_SHARES = 1_000;

export type ShareInput = {
  subject: ShareSubject;
  userIds: readonly string[];
  emails: readonly string[];
  role: ShareRole;
  /** Milliseconds since the epoch. Undefined: until revoked. */
  expiresAt: number | undefined;
};

/**
 * Shares a note or one attachment with users and replaces the shares that they already have.
 * An unknown receiver is reported in `results` and stops no other receiver.
 * Returns all shares of the subject. Throws `note_not_found`, `attachment_not_found`, `access_denied`, `too_many_shares`,
 * `invalid_request`.
 */
export function putShares(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, input: ShareInput): Promise<{ shares: ShareWithPerson[]; results: ShareResult[] }> => {
    const { subject, role, expiresAt } = input;
    return db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      const now = clock();
      if (expiresAt !== undefined && expiresAt <= now) {
        throw new DomainError("invalid_request", "expiresAt is in the past. Give a later instant, or omit it.");
      }
      const { userIds, results } = await findReceivers(tx, { ...deps, ...input, caller, ownerId: place.ownerId });
      for (const userId of userIds) {
        await tx.shares.put(subject, { userId, role, expiresAt, createdAt: now, createdBy: caller.userId });
        const expiry = expiresAt === undefined ? null : new Date(expiresAt).toISOString();
        const event = { id: newId(), caller, subject: place, at: now, detail: { userId, role, expiresAt: expiry } };
        await tx.audit.add(auditEvent("share.granted", event));
      }
      const shares = await tx.shares.list(subject);
      if (shares.length > MAX_SHARES) {
        throw new DomainError("too_many_shares", `It would have more than ${MAX_SHARES} shares. Revoke some first.`);
      }
      return { shares, results };
    });
  };
}

/** Lists the shares of a note or one attachment, expired shares included. Throws as `putShares` does. */
export function listShares({ db }: Deps) {
  return async (caller: Caller, subject: ShareSubject): Promise<ShareWithPerson[]> => {
    await authorise(db, { caller, subject });
    return db.shares.list(subject);
  };
}

/**
 * Revokes the share of one user, found by id as `putShares` does. Their next request is refused.
 * Throws `share_not_found`, and as `putShares` does.
 */
export function revokeShare({ db, clock, newId }: Deps) {
  return async (caller: Caller, input: { subject: ShareSubject; userId: string }): Promise<void> => {
    const { subject, userId } = input;
    await db.transaction(async (tx) => {
      const place = await authorise(tx, { caller, subject });
      const holder = await deleteShare(tx, { caller, subject, userId });
      const event = { id: newId(), caller, subject: place, at: clock(), detail: { userId: holder } };
      await tx.audit.add(auditEvent("share.revoked", event));
    });
  };
}

async function authorise(
  queries: Queries,
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

/** Returns the id of the user whose share was deleted. */
async function deleteShare(
  { identities, shares }: Queries,
  { caller, subject, userId }: { caller: Caller; subject: ShareSubject; userId: string },
): Promise<string> {
  const issuer = await identities.issuerOf(caller.userId);
  const own = issuer === undefined ? undefined : (await identities.find(issuer, [userId])).get(userId);
  for (const each of new Set([own ?? userId, userId])) {
    if (await shares.delete(subject, each)) return each;
  }
  throw new DomainError("share_not_found", "Share not found");
}
