import {
  Invitation,
  InvitationParams,
  InvitationToken,
  OpenInvitation,
  RedeemedInvitation,
  UpdateInvitationBody,
} from "@valetkey/contract";
import { networkOf } from "../../../platform/http/client-address.ts";
import { emptyResponse, operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import { parseInstant } from "../../../platform/http/wire.ts";
import { callerOf } from "../../access/caller.ts";
import type { SharingVerbs } from "../index.ts";
import { presentInvitation, presentOpen } from "./present.ts";

const schemas = operations("shares", {
  lookAtInvitation: {
    security: [] as [],
    summary: "Read what an invitation opens, before the sign-in. Changes nothing",
    body: InvitationToken,
    response: { 200: OpenInvitation },
  },
  redeemInvitation: {
    summary: "Redeem an invitation. It opens the note or the file to you, whatever your email address is",
    body: InvitationToken,
    response: { 200: RedeemedInvitation },
  },
  updateInvitation: {
    summary: "Change the role or the expiry of an open invitation, or make its link anew",
    params: InvitationParams,
    body: UpdateInvitationBody,
    response: { 200: Invitation },
  },
  revokeInvitation: {
    summary: "Revoke an invitation, and the access that anyone has by it",
    params: InvitationParams,
    response: { 204: emptyResponse },
  },
});

/**
 * The route that shows an invitation. It is public, because the invited person may have no account yet. Nobody can guess the token, because
 * it has 128 random bits.
 */
export function openInvitationRoutes(app: App, { useCases }: RouteDeps<SharingVerbs>): void {
  app.post("/invitations/look", { schema: schemas.lookAtInvitation }, async ({ body, clientAddress }, reply) => {
    reply.header("cache-control", "no-store");
    return presentOpen(await useCases.lookAtInvitation(body.token, { network: networkOf(clientAddress) }));
  });
}

/** The routes below /invitations, for the people who redeem invitations, and for the owners of the notes. */
export function invitationRoutes(app: App, { useCases, publicUrl }: RouteDeps<SharingVerbs>): void {
  app.post("/invitations/redeem", { schema: schemas.redeemInvitation }, async (request) => {
    const { noteId, attachmentId = null } = await useCases.redeemInvitation(callerOf(request), request.body.token);
    return { noteId, attachmentId };
  });

  app.patch("/invitations/:invitationId", { schema: schemas.updateInvitation }, async (request) => {
    const { role, expiresAt, newLink = false } = request.body;
    const invitation = await useCases.updateInvitation(callerOf(request), {
      invitationId: request.params.invitationId,
      role,
      expiresAt: typeof expiresAt === "string" ? parseInstant(expiresAt, { name: "expiresAt" }) : expiresAt,
      hasNewLink: newLink,
    });
    return presentInvitation(invitation, { publicUrl });
  });

  app.delete("/invitations/:invitationId", { schema: schemas.revokeInvitation }, async (request, reply) => {
    await useCases.revokeInvitation(callerOf(request), request.params.invitationId);
    return reply.code(204).send(null);
  });
}
