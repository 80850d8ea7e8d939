import { AdminInvitation, AdminInvitationPage, InvitationParams, InviteBody, PageQuery } from "@valetkey/contract";
import { emptyResponse, operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { PeopleVerbs } from "../people/index.ts";
import { presentPerson } from "../people/people.ts";
import { invitationUrl } from "../sharing/invitations/describe.ts";
import type { AdministrationVerbs } from "./index.ts";
import type { ListedAccountInvitation } from "./invitations.ts";

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

/** The routes below /admin/invitations. Their responses contain links, so no cache may store a response. */
export function accountInvitationRoutes(
  app: App,
  { useCases, takeTurn, publicUrl }: RouteDeps<AdministrationVerbs & PeopleVerbs>,
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
      const { limit, cursor } = request.query;
      const { items, nextCursor } = await useCases.listAccountInvitations(callerOf(request), { limit, cursor });
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
