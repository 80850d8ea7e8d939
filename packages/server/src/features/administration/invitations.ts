import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Caller } from "../access/caller.ts";
import { accountQueries } from "../accounts/queries.ts";
import { queueMailIfOn } from "../outbox/queue-mail.ts";
import type { Actor } from "../people/administrators.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { readEmail } from "../people/person.ts";
import { accountInvitationQueries } from "../sharing/account-invitation-queries.ts";
import { type AccountInvitation, INVITATION_MS } from "../sharing/invitation.ts";
import { tokenOfInvitation } from "../sharing/invitations/describe.ts";
import { invitationNotFound } from "../sharing/invitations/find.ts";

/** An invitation to the service in the form that administrators see, with the token of its link. */
export type ListedAccountInvitation = AccountInvitation & { token: string };

/**
 * Lists the invitations to the service that nobody has redeemed, the newest first.
 * Throws `access_denied`.
 */
export function listAccountInvitations(deps: Deps) {
  const { db } = deps;
  return async (caller: Caller, page: PageRequest): Promise<Page<ListedAccountInvitation>> => {
    await requireAdministrator(db, caller);
    const { items, nextCursor } = await accountInvitationQueries(db).listOpen(page);
    return { items: items.map((invitation) => withToken(deps, invitation)), nextCursor };
  };
}

/**
 * Invites the owner of an email address to create an account. Sends a mail if the service sends mails. If the email address already has an
 * open invitation, its link stays the same and is valid for 30 days from now.
 * Throws `access_denied`, `invalid_request`, and `email_taken` if an account has the email address.
 */
export function inviteToService(deps: Deps) {
  return async (actor: Actor, text: string): Promise<ListedAccountInvitation> => {
    const email = readEmail(text);
    if (email === undefined) throw new DomainError("invalid_request", "The email address is not valid.");
    const invitation = await act(deps, actor, async (tx, { log, now }) => {
      await requireFree(tx, email);
      const former = await accountInvitationQueries(tx).holdOf(email);
      const isUsed = former?.redeemedAt !== undefined;
      const invited: AccountInvitation = {
        id: former?.id ?? deps.newId(),
        email,
        invitedBy: actor?.userId,
        invitedAt: now,
        // If the former link was used, the new generation makes a different link, because a used link must never work again.
        generation: (former?.generation ?? 0) + (isUsed ? 1 : 0),
        linkExpiresAt: now + INVITATION_MS,
        redeemedAt: undefined,
      };
      await store(deps, tx, invited);
      await log("invitation.created", invited.id, { email });
      return invited;
    });
    deps.mail?.onQueued();
    return withToken(deps, invitation);
  };
}

/**
 * Makes another link for an invitation, and sends it by mail if the service sends mails. The new link is valid for 30 days. The old link
 * stops working.
 * Throws `access_denied`, `invitation_not_found`, `invitation_used`, and `email_taken` if an account has the email address by now.
 */
export function renewAccountInvitation(deps: Deps) {
  return async (actor: Actor, invitationId: string): Promise<ListedAccountInvitation> => {
    const invitation = await act(deps, actor, async (tx, { log, now }) => {
      const former = await accountInvitationQueries(tx).hold(invitationId.toLowerCase());
      if (former === undefined) throw invitationNotFound();
      if (former.redeemedAt !== undefined)
        throw new DomainError("invitation_used", "This invitation was used already.");
      await requireFree(tx, former.email);
      const { generation } = former;
      const renewed = { ...former, generation: generation + 1, linkExpiresAt: now + INVITATION_MS };
      await store(deps, tx, renewed);
      await log("invitation.renewed", renewed.id, { email: renewed.email });
      return renewed;
    });
    deps.mail?.onQueued();
    return withToken(deps, invitation);
  };
}

/**
 * Revokes an invitation to the service. If somebody has already created an account with the invitation, the account stays.
 * Throws `access_denied` or `invitation_not_found`.
 */
export function revokeAccountInvitation(deps: Deps) {
  return (actor: Actor, subject: { invitationId: string } | { email: string }): Promise<void> =>
    act(deps, actor, async (tx, { log }) => {
      const invitation =
        "email" in subject
          ? await accountInvitationQueries(tx).holdOf(readEmail(subject.email) ?? "")
          : await accountInvitationQueries(tx).hold(subject.invitationId.toLowerCase());
      if (invitation === undefined || invitation.redeemedAt !== undefined) throw invitationNotFound();
      await accountInvitationQueries(tx).delete(invitation.id);
      await log("invitation.revoked", invitation.id, { email: invitation.email });
    });
}

async function requireFree(tx: Tx, email: string): Promise<void> {
  if ((await accountQueries(tx).findByEmail(email)) === undefined) return;
  throw new DomainError("email_taken", "An account with this email address exists already.");
}

async function store(deps: Deps, tx: Tx, invitation: AccountInvitation): Promise<void> {
  const { id: invitationId, email } = invitation;
  await accountInvitationQueries(tx).put(invitation);
  await queueMailIfOn(deps, tx, { kind: "account-invitation", invitationId, email });
}

function withToken(deps: Deps, invitation: AccountInvitation): ListedAccountInvitation {
  return { ...invitation, token: tokenOfInvitation(deps, invitation) };
}
