import type { Tx } from "../../../platform/database/queries.ts";
import type { EventSubject } from "../../audit/audit-event.ts";
import type { Invitation } from "../invitation.ts";
import { shareQueries } from "../queries.ts";
import type { ShareSubject } from "../share.ts";

/** Returns the note or file that an invitation shares. */
export function subjectOf({ noteId, attachmentId }: Pick<Invitation, "noteId" | "attachmentId">): ShareSubject {
  return attachmentId === undefined ? { noteId } : { attachmentId };
}

/** Makes the subject of an audit event about an invitation. */
export function aboutInvitation({ noteId, ownerId, attachmentId }: Invitation): EventSubject {
  return { noteId, ownerId, attachmentIds: attachmentId === undefined ? [] : [attachmentId] };
}

/**
 * Gives the share of an invitation to the user `invitation.userId`. An invitation is for one person, so the user `before`, who had its
 * share until now, loses the share.
 * The caller must have locked the invitation.
 */
export async function giveShare(
  tx: Tx,
  { invitation, before, now }: { invitation: Invitation & { userId: string }; before: string | undefined; now: number },
): Promise<void> {
  const { userId, role, expiresAt, invitedBy } = invitation;
  const subject = subjectOf(invitation);
  if (before !== undefined && before !== userId) await shareQueries(tx).delete(subject, before);
  await shareQueries(tx).put(subject, { userId, role, expiresAt, createdAt: now, createdBy: invitedBy });
}
