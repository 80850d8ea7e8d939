import type { Tx } from "../../../platform/database/queries.ts";
import type { ShareRole } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { type AuditEvent, auditEvent, type EventSubject } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { findHolders } from "../../people/find-users.ts";
import { INVITATION_MS, type Invitation, isOpen } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { isLive, notifyOfShare } from "../notify-of-share.ts";
import { shareQueries } from "../queries.ts";
import type { ShareSubject } from "../share.ts";

/** The maximum number of open invitations that one user can have made. */
const MAX_INVITATIONS = 1_000;
/** How long a repeated request sends no second mail. Such requests come from a double click or a lost response. Milliseconds. */
const REPEATED_WITHIN_MS = 60_000;

type Invited = {
  caller: Caller;
  subject: ShareSubject;
  place: EventSubject;
  /** The normalised email addresses, without duplicates. */
  emails: readonly string[];
  role: ShareRole;
  expiresAt: number | undefined;
  now: number;
};

/**
 * Shares a note or a file with email addresses. Creates an invitation for each email address, and sends a mail if the service sends mails.
 * A user who already has the email address also gets the share immediately. The owner sees only the invitation until that user opens the
 * note or the file. So the owner does not learn whether the email address has an account (ADR 9).
 * If the user with the email address already has a share that the owner sees, changes that share and creates no invitation.
 * Throws `too_many_invitations`.
 */
export async function invite(
  tx: Tx,
  deps: Pick<Deps, "clock" | "newId" | "mail" | "policy">,
  invited: Invited,
): Promise<void> {
  const { caller, subject, emails } = invited;
  const existing = await invitationQueries(tx).holdOf(subject, emails);
  // Reads the users and shares after it has locked the invitations. While it waited for the locks, another transaction may have changed the
  // users and shares.
  const holders = await findHolders(tx, emails, { needsProof: deps.policy.current["proven-email"] === "required" });
  const seen = new Map((await shareQueries(tx).list(subject)).map((share) => [share.userId, share]));
  const granted: string[] = [];
  const invitations: Invitation[] = [];
  const unmailed: Invitation[] = [];
  const events: AuditEvent[] = [];
  for (const email of emails) {
    const userId = holders.get(email);
    const former = existing.get(email);
    const before = former?.redeemedAt === undefined ? former?.userId : undefined;
    // The email address now belongs to another user, for example because that user has proven it.
    if (before !== undefined && before !== userId) await shareQueries(tx).delete(subject, before);
    const share = userId === undefined ? undefined : seen.get(userId);
    if (userId !== undefined && share !== undefined) {
      const { role, expiresAt, now: createdAt } = invited;
      if (former !== undefined) await invitationQueries(tx).delete(former.id);
      if (!isLive(share, createdAt)) granted.push(userId);
      await shareQueries(tx).put(subject, { userId, role, expiresAt, createdAt, createdBy: caller.userId });
      events.push(describe("share.granted", { ...deps, invited, about: { userId } }));
      continue;
    }
    const invitation = prepare(deps, { invited, email, userId, former });
    invitations.push(invitation);
    if (!isRepeated(former, invited.now)) unmailed.push(invitation);
    events.push(describe("invitation.created", { ...deps, invited, about: { email } }));
  }
  const storedIds = await invitationQueries(tx).put(...invitations);
  await shareQueries(tx).putInvited(
    subject,
    invitations.map(({ email }) => email),
  );
  await auditQueries(tx).add(...events);
  await notifyOfShare(deps, tx, { userIds: granted, place: invited.place });
  // Sorted, because two requests that count mails to the same email addresses in different orders could cause a deadlock.
  // An equal request at the same time may have stored the invitation first, with another id. That request also queues the mail.
  const stored = unmailed.filter(({ id }) => storedIds.has(id));
  for (const { id: invitationId, email } of stored.toSorted((a, b) => (a.email < b.email ? -1 : 1))) {
    await queueMailIfOn(deps, tx, { kind: "invitation", invitationId, email });
  }
  if ((await invitationQueries(tx).countOpen(caller.userId)) > MAX_INVITATIONS) {
    const problem = `You would have more than ${MAX_INVITATIONS} open invitations. Revoke some first.`;
    throw new DomainError("too_many_invitations", problem);
  }
}

function isRepeated(former: Invitation | undefined, now: number): boolean {
  return former !== undefined && isOpen(former, now) && now - former.invitedAt < REPEATED_WITHIN_MS;
}

function prepare(
  { newId }: Pick<Deps, "newId">,
  {
    invited,
    email,
    userId,
    former,
  }: { invited: Invited; email: string; userId: string | undefined; former: Invitation | undefined },
): Invitation {
  const { caller, subject, place, role, expiresAt, now } = invited;
  return {
    id: former?.id ?? newId(),
    noteId: place.noteId,
    attachmentId: "attachmentId" in subject ? subject.attachmentId : undefined,
    ownerId: place.ownerId,
    ...{ email, role, expiresAt, userId },
    invitedBy: caller.userId,
    invitedAt: now,
    generation: former?.generation ?? 0,
    linkExpiresAt: now + INVITATION_MS,
    redeemedAt: undefined,
  };
}

function describe(
  action: "share.granted" | "invitation.created",
  { newId, invited, about }: Pick<Deps, "newId"> & { invited: Invited; about: { userId: string } | { email: string } },
): AuditEvent {
  const { caller, place, role, expiresAt, now } = invited;
  const detail = { ...about, role, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() };
  return auditEvent(action, { id: newId(), caller, subject: place, at: now, detail });
}
