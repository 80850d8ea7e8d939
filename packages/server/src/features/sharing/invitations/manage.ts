import type { Tx } from "../../../platform/database/queries.ts";
import type { ShareRole } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { auditEvent } from "../../audit/audit-event.ts";
import { auditQueries } from "../../audit/queries.ts";
import { queueMailIfOn } from "../../outbox/queue-mail.ts";
import { INVITATION_MS, type Invitation } from "../invitation.ts";
import { invitationQueries } from "../invitation-queries.ts";
import { shareQueries } from "../queries.ts";
import { takeEmails } from "../shares.ts";
import { type DescribedInvitation, describeInvitation } from "./describe.ts";
import { invitationNotFound } from "./find.ts";
import { aboutInvitation, subjectOf } from "./give-share.ts";

export type InvitationChange = {
  invitationId: string;
  /** Undefined: no change. */
  role: ShareRole | undefined;
  /** Milliseconds since the epoch. Undefined: no change. Null: it never expires. */
  expiresAt: number | null | undefined;
  /** Makes another link, which is valid for 30 days. The old link stops working. */
  hasNewLink: boolean;
};

/**
 * Changes an open invitation. If a user already has a share through the invitation, changes the share too. With `hasNewLink`, sends the new
 * link by mail. This mail counts in the limit for email addresses that the caller shares with.
 * Throws `invitation_not_found`, `invitation_used`, `invalid_request`, and `rate_limited` after too many email addresses.
 */
export function updateInvitation(deps: Deps) {
  const { db, clock, newId } = deps;
  return async (caller: Caller, change: InvitationChange): Promise<DescribedInvitation> => {
    // Counts the mail. Otherwise a user could send new links to the same email addresses again and again.
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
  if (invitation.redeemedAt !== undefined) {
    throw new DomainError(
      "invitation_used",
      "This invitation was already used. Change the share of the person instead.",
    );
  }
  if (invitation.attachmentId !== undefined && role !== "viewer") {
    throw new DomainError("invalid_request", "A file is shared with viewers only. Omit the role.");
  }
  if (typeof given === "number" && given <= now) {
    throw new DomainError("invalid_request", "expiresAt is in the past. Give a later instant, or null.");
  }
  return {
    ...invitation,
    ...{ role, expiresAt },
    generation: invitation.generation + (hasNewLink ? 1 : 0),
    linkExpiresAt: hasNewLink ? now + INVITATION_MS : invitation.linkExpiresAt,
  };
}

/**
 * Revokes an invitation, and the share that a user has through it.
 * Throws `invitation_not_found`.
 */
export function revokeInvitation({ db, clock, newId }: Deps) {
  return (caller: Caller, invitationId: string): Promise<void> =>
    db.transaction(async (tx) => {
      const invitation = await holdOwn(tx, { caller, invitationId });
      await invitationQueries(tx).delete(invitationId);
      const now = clock();
      // Runs even if no user has the email address, so that the duration of the response does not show whether a user has it.
      await shareQueries(tx).delete(subjectOf(invitation), invitation.userId ?? "");
      const detail = { email: invitation.email };
      const event = { id: newId(), caller, subject: aboutInvitation(invitation), at: now, detail };
      await auditQueries(tx).add(auditEvent("invitation.revoked", event));
    });
}

/** Locks and returns an invitation of the caller. For all other users, the invitation does not exist. */
async function holdOwn(
  tx: Tx,
  { caller, invitationId }: { caller: Caller; invitationId: string },
): Promise<Invitation> {
  const invitation = await invitationQueries(tx).hold(invitationId);
  if (invitation?.ownerId !== caller.userId) throw invitationNotFound();
  return invitation;
}
