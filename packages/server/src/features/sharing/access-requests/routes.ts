import { AccessRequestParams, AccessRequests, GrantAccessBody, NoteParams } from "@valetkey/contract";
import { emptyResponse, operations } from "../../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../../platform/http/route-types.ts";
import { toIso } from "../../../platform/http/wire.ts";
import { callerOf } from "../../access/caller.ts";
import type { SharingVerbs } from "../index.ts";

const schemas = operations("shares", {
  askForAccess: {
    summary: "Ask the owner of a note for access. The response is the same whether or not the note exists",
    params: NoteParams,
    response: { 202: emptyResponse },
  },
  listAccessRequests: {
    summary: "List the people who ask for access to a note, oldest first",
    params: NoteParams,
    response: { 200: AccessRequests },
  },
  grantAccess: {
    summary: "Share a note with a person who asks for access",
    params: AccessRequestParams,
    body: GrantAccessBody,
    response: { 204: emptyResponse },
  },
  dismissAccessRequest: {
    summary: "Dismiss a request for access. For a day, further requests of the person are dropped",
    params: AccessRequestParams,
    response: { 204: emptyResponse },
  },
});

/** The routes below /notes/:noteId/access-requests. */
export function accessRequestRoutes(app: App, { useCases }: RouteDeps<SharingVerbs>): void {
  app.post("/notes/:noteId/access-requests", { schema: schemas.askForAccess }, async (request, reply) => {
    await useCases.askForAccess(callerOf(request), request.params.noteId);
    return reply.code(202).send(null);
  });

  app.get("/notes/:noteId/access-requests", { schema: schemas.listAccessRequests }, async (request) => {
    const requests = await useCases.listAccessRequests(callerOf(request), request.params.noteId);
    return {
      requests: requests.map(({ userId, name = null, email = null, isEmailProven, requestedAt }) => ({
        person: { id: userId, name, email },
        emailIsProven: isEmailProven,
        requestedAt: toIso(requestedAt),
      })),
    };
  });

  app.put("/notes/:noteId/access-requests/:userId", { schema: schemas.grantAccess }, async (request, reply) => {
    const { noteId, userId } = request.params;
    await useCases.grantAccess(callerOf(request), { noteId, userId, role: request.body.role });
    return reply.code(204).send(null);
  });

  app.delete(
    "/notes/:noteId/access-requests/:userId",
    { schema: schemas.dismissAccessRequest },
    async (request, reply) => {
      const { noteId, userId } = request.params;
      await useCases.dismissAccessRequest(callerOf(request), { noteId, userId });
      return reply.code(204).send(null);
    },
  );
}
