import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { lookupQueries } from "../../people/lookups.ts";
import { receiverAmong } from "../../people/person.ts";
import { peopleQueries } from "../../people/queries.ts";
import { isOpen } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { shareQueries } from "../queries.ts";
import { giveShare, subjectOf } from "./give-share.ts";

/**
 * Gives a user the shares that wait for their email address, if this user alone has proven the email address. Call it after each proof of
 * an email address, and at each sign-in. The owner of a note sees the user only after the user has opened the note.
 */
export async function claimInvitations({ db, clock }: Pick<Deps, "db" | "clock">, userId: string): Promise<void> {
  for (const invitationId of await invitationQueries(db).listFor({ userId, now: clock() })) {
    await db.transaction((tx) => claim(tx, { invitationId, userId, now: clock() }));
  }
}

async function claim(
  tx: Tx,
  { invitationId, userId, now }: { invitationId: string; userId: string; now: number },
): Promise<void> {
  const invitation = await invitationQueries(tx).hold(invitationId);
  if (invitation === undefined || !isOpen(invitation, now) || invitation.ownerId === userId) return;
  const { userId: before, ownerId } = invitation;
  if (
    before === userId ||
    (await lookupQueries(tx).isDisabled(userId)) ||
    (await lookupQueries(tx).isDisabled(ownerId))
  )
    return;
  const receiver = receiverAmong(await peopleQueries(tx).findByEmails([invitation.email]));
  if (typeof receiver === "string" || !receiver.isProven || receiver.id !== userId) return;
  const subject = subjectOf(invitation);
  const own = (await shareQueries(tx).list(subject)).find((share) => share.userId === userId);
  if (own !== undefined && (own.expiresAt === undefined || own.expiresAt > now)) {
    // The owner has already shared the note or the file with the user by id. This share does not change. The invitation ends without a
    // user. So the next sign-in skips it, and a revocation of the invitation does not delete the share.
    await invitationQueries(tx).replace({ ...invitation, userId: undefined, redeemedAt: now });
    if (before !== undefined) await shareQueries(tx).delete(subject, before);
    return;
  }
  const claimed = { ...invitation, userId };
  await invitationQueries(tx).replace(claimed);
  await giveShare(tx, { invitation: claimed, before, now });
}
