import type { Queries } from "../../../platform/database/port.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/describe-event.ts";
import { requireEnabled } from "../../people/require-enabled.ts";
import { hasAtLeast, type Invitation, requireOpen } from "../invitation.ts";
import { findByToken } from "./find.ts";
import { aboutInvitation, giveShare } from "./give-share.ts";

/**
 * Gives the caller the share of an invitation, even if the caller has another email address. Returns the note or the file that the
 * invitation opens. If the caller already has this access or more, the invitation stays open for another person.
 * If the user who redeemed the invitation calls this again, the result is the same.
 * Throws `invitation_not_found`, `invitation_used`, `invitation_expired`, and `own_invitation` for the owner of the note.
 */
export function redeemInvitation(deps: Pick<Deps, "db" | "clock" | "newId" | "linkKeys">) {
  const { db, clock, newId } = deps;
  return (caller: Caller, token: string): Promise<Pick<Invitation, "noteId" | "attachmentId">> =>
    db.transaction(async (tx) => {
      await requireEnabled({ db: tx })(caller.userId);
      const read = (id: string) => tx.invitations.hold(id);
      const invitation = await findByToken(
        { ...deps, access: tx.access },
        { token, read, invitationOf: (found) => found },
      );
      const { noteId, attachmentId, ownerId, userId: before, redeemedAt, email, role } = invitation;
      const { userId } = caller;
      if (ownerId === userId) {
        throw new DomainError("own_invitation", "This is your own note. Send the invitation to the person it is for.");
      }
      const isRepeated = redeemedAt !== undefined && before === userId;
      if (isRepeated || (before !== userId && (await hasAccess(tx, { userId, invitation }))))
        return { noteId, attachmentId };
      const now = clock();
      requireOpen(invitation, now);
      const redeemed = { ...invitation, userId, redeemedAt: now };
      await tx.invitations.replace(redeemed);
      await giveShare(tx, { invitation: redeemed, before, now });
      if (attachmentId === undefined) await tx.accessRequests.delete(noteId, [userId]);
      const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
      await tx.audit.add(auditEvent("invitation.redeemed", event));
      return { noteId, attachmentId };
    });
}

async function hasAccess(
  { access }: Queries,
  { userId, invitation }: { userId: string; invitation: Invitation },
): Promise<boolean> {
  const { noteId, attachmentId, role } = invitation;
  const found =
    attachmentId === undefined ? await access.note(userId, noteId) : await access.attachment(userId, attachmentId);
  return hasAtLeast(found?.role, role);
}
