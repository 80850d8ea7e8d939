import { AdminInvitation, AdminInvitationPage, InvitationParams, InviteBody, PageQuery } from "@valetkey/contract";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { toIso } from "../../platform/http/wire.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { accountQueries } from "../accounts/queries/accounts.ts";
import { queueMailIfOn } from "../outbox/queue-mail.ts";
import { type Actor, act, requireAdministrator } from "../people/administrators.ts";
import { type PeopleVerbs, presentPerson } from "../people/index.ts";
import { readEmail } from "../people/person.ts";
import { invitationNotFound } from "../sharing/accept-invitation.ts";
import { type AccountInvitation, INVITATION_MS, invitationUrl, tokenOfInvitation } from "../sharing/invitation.ts";
import { accountInvitationQueries } from "../sharing/queries/account-invitations.ts";

export function createInvitationsPage(deps: Deps) {
  const { db } = deps;
  return {
    /** Lists the invitations to the service that nobody has accepted, the newest first. Throws `access_denied`. */
    async listAccountInvitations(caller: Caller, page: PageRequest): Promise<Page<ListedAccountInvitation>> {
      await requireAdministrator(db, caller);
      const { items, nextCursor } = await accountInvitationQueries(db).listOpen(page);
      return { items: items.map((invitation) => withToken(deps, invitation)), nextCursor };
    },

    /**
     * Invites the owner of an email address to create an account. Sends a mail if the service has a mail server. An open invitation to the
     * same email address keeps its link, and then expires in 30 days. Throws `access_denied`, `invalid_request`, and `email_taken` if an
     * account has the email address.
     */
    async inviteToService(actor: Actor, text: string): Promise<ListedAccountInvitation> {
      const email = readEmail(text);
      if (email === undefined) throw invalidRequest("The email address is not valid.");
      const invitation = await act(deps, actor, async (tx, { log, now }) => {
        await requireFree(tx, email);
        const former = await accountInvitationQueries(tx).holdOf(email);
        const isUsed = former?.acceptedAt !== undefined;
        const invited: AccountInvitation = {
          id: former?.id ?? deps.newId(),
          email,
          invitedBy: actor?.userId,
          invitedAt: now,
          // A used link must never work again, so a new generation makes a different link.
          generation: (former?.generation ?? 0) + (isUsed ? 1 : 0),
          linkExpiresAt: now + INVITATION_MS,
          acceptedAt: undefined,
        };
        await store(deps, tx, invited);
        await log("invitation.created", invited.id, { email });
        return invited;
      });
      deps.mail?.onQueued();
      return withToken(deps, invitation);
    },

    /**
     * Creates a new link for an invitation, and sends it by mail if the service has a mail server. The new link expires in 30 days, and the
     * old link stops working. Throws `access_denied`, `invitation_not_found`, `invitation_used`, and `email_taken` if an account got the
     * email address meanwhile.
     */
    async renewAccountInvitation(actor: Actor, invitationId: string): Promise<ListedAccountInvitation> {
      const invitation = await act(deps, actor, async (tx, { log, now }) => {
        const former = await accountInvitationQueries(tx).hold(invitationId.toLowerCase());
        if (former === undefined) throw invitationNotFound();
        if (former.acceptedAt !== undefined)
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
    },

    /** Revokes an invitation to the service. An account that it created stays. Throws `access_denied` or `invitation_not_found`. */
    revokeAccountInvitation(actor: Actor, subject: { invitationId: string } | { email: string }): Promise<void> {
      return act(deps, actor, async (tx, { log }) => {
        const invitation =
          "email" in subject
            ? await accountInvitationQueries(tx).holdOf(readEmail(subject.email) ?? "")
            : await accountInvitationQueries(tx).hold(subject.invitationId.toLowerCase());
        if (invitation === undefined || invitation.acceptedAt !== undefined) throw invitationNotFound();
        await accountInvitationQueries(tx).delete(invitation.id);
        await log("invitation.revoked", invitation.id, { email: invitation.email });
      });
    },
  };
}

/** An invitation to the service as administrators see it, with the token of its link. */
type ListedAccountInvitation = AccountInvitation & { token: string };

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

const schemas = operations("administration", {
  listAccountInvitations: {
    summary: "List the invitations to the service that nobody has redeemed, newest first",
    querystring: PageQuery,
    response: { 200: AdminInvitationPage },
  },
  inviteToService: {
    summary: "Invite an email address to create an account, by mail if the service sends mails",
    body: InviteBody,
    response: { 201: AdminInvitation },
  },
  renewAccountInvitation: {
    summary: "Make another link of an invitation to the service, and mail it. The old link stops working",
    params: InvitationParams,
    response: { 200: AdminInvitation },
  },
  revokeAccountInvitation: {
    summary: "Revoke an invitation to the service",
    params: InvitationParams,
    response: { 204: emptyResponse },
  },
});

/** The routes below /admin/invitations. The responses contain links, so no cache may store them. */
export function accountInvitationRoutes(
  app: App,
  { useCases, takeTurn, publicUrl }: RouteDeps<ReturnType<typeof createInvitationsPage> & PeopleVerbs>,
): void {
  async function present(invitations: readonly ListedAccountInvitation[]) {
    const people = await useCases.findPeople(invitations.flatMap(({ invitedBy }) => invitedBy ?? []));
    return invitations.map(({ id, email, invitedBy, invitedAt, linkExpiresAt, token }) => ({
      ...{ id, email },
      invitedBy: invitedBy === undefined ? null : presentPerson(invitedBy, people),
      invitedAt: toIso(invitedAt),
      linkExpiresAt: toIso(linkExpiresAt),
      url: invitationUrl(publicUrl, { token }),
    }));
  }

  async function presentOne(invitation: ListedAccountInvitation) {
    const [presented] = await present([invitation]);
    return presented as AdminInvitation;
  }

  app.get(
    "/admin/invitations",
    { schema: schemas.listAccountInvitations, preHandler: takeTurn },
    async (request, reply) => {
      const { items, nextCursor } = await useCases.listAccountInvitations(callerOf(request), request.query);
      reply.header("cache-control", "no-store");
      return { items: await present(items), nextCursor: nextCursor ?? null };
    },
  );

  app.post("/admin/invitations", { schema: schemas.inviteToService }, async (request, reply) => {
    const invitation = await useCases.inviteToService(callerOf(request), request.body.email);
    return reply
      .header("cache-control", "no-store")
      .code(201)
      .send(await presentOne(invitation));
  });

  app.post(
    "/admin/invitations/:invitationId/renew",
    { schema: schemas.renewAccountInvitation },
    async (request, reply) => {
      reply.header("cache-control", "no-store");
      return presentOne(await useCases.renewAccountInvitation(callerOf(request), request.params.invitationId));
    },
  );

  app.delete(
    "/admin/invitations/:invitationId",
    { schema: schemas.revokeAccountInvitation },
    async (request, reply) => {
      const { invitationId } = request.params;
      await useCases.revokeAccountInvitation(callerOf(request), { invitationId });
      return reply.code(204).send(null);
    },
  );
}
