import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { accessQueries } from "../../access/queries.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { requireEnabled } from "../../people/revocation.ts";
import { accessRequestQueries } from "../access-request-queries.ts";
import { hasAtLeast, type Invitation, requireOpen } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
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
      const read = (id: string) => invitationQueries(tx).hold(id);
      const invitation = await findByToken(
        { linkKeys: deps.linkKeys, db: tx },
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
      await invitationQueries(tx).replace(redeemed);
      await giveShare(tx, { invitation: redeemed, before, now });
      if (attachmentId === undefined) await accessRequestQueries(tx).delete(noteId, [userId]);
      const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
      await auditQueries(tx).add(auditEvent("invitation.redeemed", event));
      return { noteId, attachmentId };
    });
}

async function hasAccess(tx: Tx, { userId, invitation }: { userId: string; invitation: Invitation }): Promise<boolean> {
  const { noteId, attachmentId, role } = invitation;
  const found =
    attachmentId === undefined
      ? await accessQueries(tx).note(userId, noteId)
      : await accessQueries(tx).attachment(userId, attachmentId);
  return hasAtLeast(found?.role, role);
}
