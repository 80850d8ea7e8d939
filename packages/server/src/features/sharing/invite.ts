import type { Tx } from "../../platform/database/queries.ts";
import type { ShareRole } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { takeFromWindow, type WindowLimit } from "../../platform/limits/in-database.ts";
import type { Caller } from "../access/caller.ts";
import { type AuditEvent, auditEvent, type EventSubject } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { notify, queueMailIfOn } from "../outbox/queue-mail.ts";
import { findHolders } from "../people/find-users.ts";
import { invitationNotFound } from "./accept-invitation.ts";
import {
  aboutInvitation,
  type DescribedInvitation,
  describeInvitation,
  INVITATION_MS,
  type Invitation,
  isOpen,
  subjectOf,
} from "./invitation.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { shareQueries } from "./queries/shares.ts";
import { isLive, type ShareSubject } from "./share.ts";

const MAX_INVITATIONS = 1_000;
/** A repeated invitation within this time sends no second mail, for example after a double click or a lost response. In milliseconds. */
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
 * A user who already holds the email address also gets the share immediately. The owner sees only the invitation until this user opens the
 * note or the file, so the owner does not learn who has an account (ADR 8). If the user already has a share that the owner sees, changes
 * this share and creates no invitation. Throws `too_many_invitations`.
 */
export async function invite(tx: Tx, deps: Deps, invited: Invited): Promise<void> {
  const { caller, subject, emails } = invited;
  const existing = await invitationQueries(tx).holdOf(subject, emails);
  // Reads the users and shares after locking the invitations, because another transaction may have changed them during the wait.
  const holders = await findHolders(tx, emails, { needsProof: deps.policy.current["proven-email"] === "required" });
  const seen = new Map((await shareQueries(tx).list(subject)).map((share) => [share.userId, share]));
  const granted: string[] = [];
  const invitations: Invitation[] = [];
  const unmailed: Invitation[] = [];
  const events: AuditEvent[] = [];
  for (const email of emails) {
    const userId = holders.get(email);
    const former = existing.get(email);
    const before = former?.acceptedAt === undefined ? former?.userId : undefined;
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
  // The invitations are sorted. Otherwise, two requests that count mails to the same email addresses in different orders could cause a
  // deadlock. An identical request at the same time may have stored an invitation first, with another id. That request also queues the mail
  // of its invitation.
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
  { newId }: Deps,
  given: { invited: Invited; email: string; userId: string | undefined; former: Invitation | undefined },
): Invitation {
  const { invited, email, userId, former } = given;
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
    acceptedAt: undefined,
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

/**
 * Limits how many email addresses a user can share with in an hour. All email addresses count, so that the limit does not reveal which
 * email addresses have an account. One request can contain up to 100 email addresses.
 */
const EMAILS: WindowLimit = { name: "shared-emails", max: 200, windowMs: 3_600_000 };

const TOO_MANY_EMAILS =
  "You shared with too many email addresses. Wait until Retry-After has passed, or share with user ids.";

/** Counts the email addresses in the limit before the service looks up their users, even if the request fails. Throws `rate_limited`. */
export async function takeEmails(deps: Deps, { caller, amount }: { caller: Caller; amount: number }): Promise<void> {
  if (amount === 0) return;
  await takeFromWindow(deps, { limit: EMAILS, holder: caller.userId, amount, problem: TOO_MANY_EMAILS });
}

/**
 * Returns those users of the list who have no valid and visible share of this note or file yet. A share is visible if the owner sees it.
 */
export async function withoutShare(
  tx: Tx,
  { subject, userIds, now }: { subject: ShareSubject; userIds: readonly string[]; now: number },
): Promise<string[]> {
  if (userIds.length === 0) return [];
  const live = (await shareQueries(tx).list(subject)).filter((share) => isLive(share, now));
  const holders = new Set(live.map(({ userId }) => userId));
  return userIds.filter((userId) => !holders.has(userId));
}

/** Notifies users that somebody shared a note or a file with them. */
export async function notifyOfShare(
  deps: Deps,
  tx: Tx,
  { userIds, place }: { userIds: readonly string[]; place: EventSubject },
): Promise<void> {
  const [attachmentId] = place.attachmentIds;
  const notice = { about: "share", noteId: place.noteId, attachmentId } as const;
  // The ids are sorted, because two requests that notify the same users in different orders could cause a deadlock.
  for (const userId of userIds.toSorted()) await notify(deps, tx, { userId, notice });
}

export type InvitationChange = {
  invitationId: string;
  /** The new role. Undefined: no change. */
  role: ShareRole | undefined;
  /** The new expiry, in milliseconds since the epoch. Undefined: no change. Null: the share never expires. */
  expiresAt: number | null | undefined;
  /** Whether the invitation gets a new link, which is valid for 30 days. The former link stops working. */
  hasNewLink: boolean;
};

/**
 * Changes an open invitation, and the share that a user has through this invitation. With `hasNewLink`, sends the new link by mail. This
 * mail counts in the limit of email addresses. Throws `invitation_not_found`, `invitation_used`, `invalid_request`, and `rate_limited`
 * after too many email addresses.
 */
export function updateInvitation(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, change: InvitationChange): Promise<DescribedInvitation> => {
    // The mail counts in the limit, so that a user can't send an unlimited number of new links to one email address.
    if (change.hasNewLink) await takeEmails(deps, { caller, amount: 1 });
    return db.transaction(async (tx) => {
      const invitation = await holdOwn(tx, { caller, invitationId: change.invitationId });
      const now = clock();
      const changed = apply(invitation, { change, now });
      await invitationQueries(tx).replace(changed);
      await shareQueries(tx).putInvited(subjectOf(changed), [changed.email]);
      const action = change.hasNewLink ? "invitation.renewed" : "invitation.updated";
      const { email, role, expiresAt } = changed;
      const detail = { email, role, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() };
      const event = { id: newId(), caller, subject: aboutInvitation(changed), at: now, detail };
      await auditQueries(tx).add(auditEvent(action, event));
      if (change.hasNewLink) await queueMailIfOn(deps, tx, { kind: "invitation", invitationId: changed.id, email });
      return describeInvitation(deps, changed);
    });
  };
}

function apply(invitation: Invitation, { change, now }: { change: InvitationChange; now: number }): Invitation {
  const { role = invitation.role, expiresAt: given, hasNewLink } = change;
  const expiresAt = given === undefined ? invitation.expiresAt : (given ?? undefined);
  if (invitation.acceptedAt !== undefined) {
    throw new DomainError(
      "invitation_used",
      "This invitation was already used. Change the share of the person instead.",
    );
  }
  if (invitation.attachmentId !== undefined && role !== "viewer") {
    throw invalidRequest("A file is shared with viewers only. Omit the role.");
  }
  if (typeof given === "number" && given <= now) {
    throw invalidRequest("expiresAt is in the past. Give a later instant, or null.");
  }
  return {
    ...invitation,
    ...{ role, expiresAt },
    generation: invitation.generation + (hasNewLink ? 1 : 0),
    linkExpiresAt: hasNewLink ? now + INVITATION_MS : invitation.linkExpiresAt,
  };
}

/** Revokes an invitation, and the share that a user has through this invitation. Throws `invitation_not_found`. */
export function revokeInvitation({ db, clock, newId }: Deps) {
  return (caller: Caller, invitationId: string): Promise<void> =>
    db.transaction(async (tx) => {
      const invitation = await holdOwn(tx, { caller, invitationId });
      await invitationQueries(tx).delete(invitationId);
      const now = clock();
      // The deletion of the share also runs if no user holds the email address. So the duration of the response does not reveal whether a
      // user holds this address.
      await shareQueries(tx).delete(subjectOf(invitation), invitation.userId ?? "");
      const detail = { email: invitation.email };
      const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail };
      await auditQueries(tx).add(auditEvent("invitation.revoked", event));
    });
}

/** Locks and returns an invitation to a note of the caller. For other users, the invitation does not exist. */
async function holdOwn(
  tx: Tx,
  { caller, invitationId }: { caller: Caller; invitationId: string },
): Promise<Invitation> {
  const invitation = await invitationQueries(tx).hold(invitationId);
  if (invitation?.ownerId !== caller.userId) throw invitationNotFound();
  return invitation;
}
