import { readToken, tokenIsRight } from "../../platform/crypto/link-token.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { limitOf, takeFromWindow, unlessDiskIsFull } from "../../platform/limits/in-database.ts";
import type { Arrive, Opened } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries } from "../access/queries.ts";
import { auditEvent } from "../audit/audit-event.ts";
import { auditQueries } from "../audit/queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { receiverAmong } from "../people/person.ts";
import { peopleQueries } from "../people/queries.ts";
import { requireEnabled } from "../people/revocation.ts";
import {
  type AccountInvitation,
  aboutInvitation,
  type Invitation,
  type InvitationWithNames,
  isOpen,
  requireOpen,
  subjectOf,
} from "./invitation.ts";
import { accessRequestQueries } from "./queries/access-requests.ts";
import { accountInvitationQueries } from "./queries/account-invitations.ts";
import { invitationQueries } from "./queries/invitations.ts";
import { shareQueries } from "./queries/shares.ts";
import type { HeldShare } from "./share.ts";

/**
 * Gives the caller the share of an invitation, even if the caller has another email address. Returns the note or the file that the
 * invitation opens. If the caller already has at least this access, the invitation stays open for another person. Otherwise the share of
 * the invitation replaces the share of the caller, even one that lasts longer. A repeated call by the user who accepted the invitation
 * returns the same result while the user has access. Throws `invitation_not_found`, `invitation_used`, `invitation_expired`, and
 * `own_invitation` for the owner of the note.
 */
export function acceptInvitation(deps: Pick<Deps, "db" | "clock" | "newId" | "linkKeys">) {
  const { db, clock, newId } = deps;
  return (caller: Caller, token: string): Promise<Pick<Invitation, "noteId" | "attachmentId">> =>
    db.transaction(async (tx) => {
      await requireEnabled({ db: tx })(caller.userId);
      const { invitation } = await findByToken({ linkKeys: deps.linkKeys, db: tx }, token, async (id) => {
        const found = await invitationQueries(tx).find(id);
        // Waits for other changes of the shares before it locks the invitation. The other order could cause a deadlock.
        if (found !== undefined) await shareQueries(tx).holdAll(found.invitation.noteId);
        const held = found && (await invitationQueries(tx).hold(id));
        return held && { invitation: held };
      });
      const { noteId, attachmentId, userId: before, email, role } = invitation;
      const { userId } = caller;
      const now = clock();
      const held = await heldBy(tx, { userId, invitation, now });
      if (held.callerHas === "access") return { noteId, attachmentId };
      requireOpen(invitation, now);
      if (held.callerHas === "note") {
        throw new DomainError("own_invitation", "This is your own note. Send the invitation to the person it is for.");
      }
      const accepted = { ...invitation, userId, acceptedAt: now };
      await invitationQueries(tx).replace(accepted);
      // The new share replaces the share from another open invitation of the caller, so this invitation must not delete it later.
      await invitationQueries(tx).settle([attachmentId ?? noteId], { userIds: [userId], now, isReplaced: true });
      await giveShare(tx, { invitation: accepted, before, now });
      if (attachmentId === undefined) await accessRequestQueries(tx).delete(noteId, [userId]);
      const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
      await auditQueries(tx).add(auditEvent("invitation.redeemed", event));
      return { noteId, attachmentId };
    });
}

/**
 * Compares the access of a user with an invitation, before the user accepts it. "nothing": no access, less than the invitation gives, or
 * only the access that this open invitation has given. "longer": a share that permits less than the invitation, but lasts longer. "access":
 * an access that the invitation does not improve, or any access after the user has accepted the invitation. "note": the user owns the note.
 */
type Held = {
  callerHas: "nothing" | "longer" | "access" | "note";
  /** The compared share, if `callerHas` is "longer" or "access". */
  callerShare?: HeldShare;
};

async function heldBy(
  tx: Tx,
  { userId, invitation, now }: { userId: string | undefined; invitation: Invitation; now: number },
): Promise<Held> {
  if (userId === undefined) return { callerHas: "nothing" };
  if (userId === invitation.ownerId) return { callerHas: "note" };
  const isReceiver = userId === invitation.userId;
  if (isReceiver && invitation.acceptedAt === undefined) return { callerHas: "nothing" };
  const shares = await shareQueries(tx).listHeld(invitation, { userId, now });
  const same = shares.find((share) => isReceiver || isAtLeast(share, invitation));
  if (same !== undefined) return { callerHas: "access", callerShare: same };
  const longer = shares.find((share) => endOf(share) > endOf(invitation));
  return longer === undefined ? { callerHas: "nothing" } : { callerHas: "longer", callerShare: longer };
}

/**
 * Returns whether the invitation gives nothing more than the share. The share of a note can't permit more and last longer at the same time,
 * so an editor keeps an access that ends before the invitation.
 */
function isAtLeast(share: Terms, invitation: Invitation): boolean {
  if (share.role === "viewer" && invitation.role === "editor") return false;
  const keepsRole = invitation.attachmentId === undefined && share.role !== invitation.role;
  return keepsRole || endOf(share) >= endOf(invitation);
}

type Terms = Pick<Invitation, "role" | "expiresAt">;

const endOf = ({ expiresAt = Number.POSITIVE_INFINITY }: Terms): number => expiresAt;

/**
 * Gives the share of an invitation to the user `invitation.userId`. An invitation is for one person, so the previous user `before` loses
 * the share. The caller must have locked the invitation.
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

/**
 * Gives a user the shares of the invitations to the user's email address, if only this user has proven this address. The service must call
 * this function after each proof of an email address, and at each sign-in. The owner of a note sees the user only after the user has opened
 * the note.
 */
export async function giveWaitingShares({ db, clock }: Pick<Deps, "db" | "clock">, userId: string): Promise<void> {
  for (const invitationId of await invitationQueries(db).listFor({ userId, now: clock() })) {
    await db.transaction((tx) => giveWaitingShare(tx, { invitationId, userId, now: clock() }));
  }
}

async function giveWaitingShare(
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
    // The owner has already shared the note or the file with the user by id, and this share does not change. The invitation ends without a
    // user. So the next sign-in skips the invitation, and a revocation of the invitation does not delete the share.
    await invitationQueries(tx).replace({ ...invitation, userId: undefined, acceptedAt: now });
    if (before !== undefined) await shareQueries(tx).delete(subject, before);
    return;
  }
  const given = { ...invitation, userId };
  await invitationQueries(tx).replace(given);
  await giveShare(tx, { invitation: given, before, now });
}

/** How long a replica remembers which invited notes and files a user has not opened yet, in milliseconds. */
const REMEMBER_MS = 60_000;

const MAX_REMEMBERED = 10_000;

/**
 * Returns a function that marks an invitation as accepted when the invited user opens the note or the file. After that, the owner sees the
 * user. The function does not reject if the database is unreachable, because the user has access even without the mark. The next time the
 * user opens the note or the file, the function runs again.
 */
export function createArrivals({ db, clock, newId }: Deps): Arrive {
  const remembered = new Map<string, { subjectIds: ReadonlySet<string>; until: number }>();

  function recall(userId: string): ReadonlySet<string> | undefined {
    const known = remembered.get(userId);
    return known !== undefined && clock() < known.until ? known.subjectIds : undefined;
  }

  async function findExpected(userId: string): Promise<ReadonlySet<string>> {
    const subjectIds = new Set(await invitationQueries(db).listExpected(userId));
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(userId, { subjectIds, until: clock() + REMEMBER_MS });
    return subjectIds;
  }

  async function arrive(caller: Caller, opened: Opened, known: ReadonlySet<string> | undefined): Promise<void> {
    try {
      const expected = known ?? (await findExpected(caller.userId));
      const subjectIds = [opened.noteId, ...(opened.attachmentIds ?? [])].filter((id) => expected.has(id));
      if (subjectIds.length === 0) return;
      await settle(caller, subjectIds);
      remembered.delete(caller.userId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }

  return (caller, opened, { isFrequent } = { isFrequent: false }) => {
    const known = isFrequent ? recall(caller.userId) : undefined;
    return known?.size === 0 ? undefined : arrive(caller, opened, known);
  };

  async function settle(caller: Caller, subjectIds: readonly string[]): Promise<void> {
    await db.transaction(async (tx) => {
      const now = clock();
      const settled = await invitationQueries(tx).settle(subjectIds, { userIds: [caller.userId], now });
      const events = settled.map((invitation) => {
        const { email, role } = invitation;
        const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail: { email, role } };
        return auditEvent("invitation.redeemed", event);
      });
      await auditQueries(tx).add(...events);
    });
  }
}

/**
 * An invitation to a note, to a file, or to the service. `inviterName` is undefined if the service does not know the name of the inviter.
 */
export type LookedAt =
  | ({ opens: "share" } & Held & InvitationWithNames)
  | { opens: "service"; invitation: AccountInvitation; inviterName: string | undefined };

/**
 * Returns what an invitation opens, for a signed-in user or for a person who has not signed in yet. Changes nothing. Each network can open
 * a limited number of links and invitations in a minute, and each call counts in this limit. Throws `invitation_not_found`,
 * `invitation_used`, `invitation_expired` or `rate_limited`.
 */
export function lookAtInvitation(deps: Deps) {
  return async (
    token: string,
    { network, userId }: { network: string; userId?: string | undefined },
  ): Promise<LookedAt> => {
    await unlessDiskIsFull(takeFromWindow(deps, limitOf(network)));
    const toService = await findAccountInvitation(deps, token);
    if (toService !== undefined) {
      requireOpen(toService, deps.clock());
      const { invitedBy } = toService;
      const inviter = invitedBy === undefined ? undefined : await lookupQueries(deps.db).person(invitedBy);
      return { opens: "service", invitation: toService, inviterName: inviter?.name };
    }
    const found = await findByToken(deps, token, (id) => invitationQueries(deps.db).find(id));
    const { invitation } = found;
    requireOpen(invitation, deps.clock());
    const isDisabled = userId !== undefined && (await lookupQueries(deps.db).isDisabled(userId));
    const held = await heldBy(deps.db, { userId: isDisabled ? undefined : userId, invitation, now: deps.clock() });
    return { opens: "share", ...held, ...found };
  };
}

export function invitationNotFound(): DomainError {
  const problem = "There is no such invitation. It was revoked, or a newer link replaced this one.";
  return new DomainError("invitation_not_found", problem);
}

/** Returns the account invitation with this token, or undefined if no such invitation exists. */
export async function findAccountInvitation(
  { linkKeys, db }: Pick<Deps, "linkKeys"> & { db: Tx },
  text: string,
): Promise<AccountInvitation | undefined> {
  const token = readToken(text);
  const found = token && (await accountInvitationQueries(db).find(token.linkId));
  if (token === undefined || found === undefined) return undefined;
  return tokenIsRight(linkKeys.invitations, token, found.generation) ? found : undefined;
}

/** Returns the invitation with this token. Throws `invitation_not_found`, also while the owner of the note is disabled. */
export async function findByToken<Found extends { invitation: Invitation }>(
  { linkKeys, db }: Pick<Deps, "linkKeys"> & { db: Tx },
  text: string,
  read: (invitationId: string) => Promise<Found | undefined>,
): Promise<Found> {
  const token = readToken(text);
  const found = token && (await read(token.linkId));
  if (token === undefined || found === undefined) throw invitationNotFound();
  const { generation, ownerId, noteId } = found.invitation;
  if (!tokenIsRight(linkKeys.invitations, token, generation)) throw invitationNotFound();
  if ((await accessQueries(db).note(ownerId, noteId))?.role !== "owner") throw invitationNotFound();
  return found;
}
