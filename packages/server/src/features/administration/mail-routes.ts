import { AdminMailPage, ListMailsQuery, MailParams } from "@valetkey/contract";
import { emptyResponse, operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { AdministrationVerbs } from "./index.ts";

const schemas = operations("administration", {
  listMails: {
    summary: "List the mails that wait or failed finally, without their texts, newest first",
    querystring: ListMailsQuery,
    response: { 200: AdminMailPage },
  },
  retryMail: {
    summary: "Send a mail again that failed finally",
    params: MailParams,
    response: { 204: emptyResponse },
  },
});

/** The routes below /admin/mails. */
export function mailRoutes(app: App, { useCases, takeTurn }: RouteDeps<AdministrationVerbs>): void {
  app.get("/admin/mails", { schema: schemas.listMails, preHandler: takeTurn }, async (request) => {
    const { limit, cursor, state } = request.query;
    const { items, nextCursor } = await useCases.listMails(callerOf(request), { limit, cursor, state });
    const mails = items.map(({ id, kind, email, attempts, createdAt, dueAt, givenUpAt, problem }) => ({
      id,
      kind,
      email,
      state: givenUpAt === undefined ? ("waiting" as const) : ("given_up" as const),
      attempts,
      createdAt: toIso(createdAt),
      dueAt: isoOrNull(dueAt),
      givenUpAt: isoOrNull(givenUpAt),
      problem: problem ?? null,
    }));
    return { items: mails, nextCursor: nextCursor ?? null };
  });

  app.post("/admin/mails/:mailId/retry", { schema: schemas.retryMail }, async (request, reply) => {
    await useCases.retryMail(callerOf(request), request.params.mailId);
    return reply.code(204).send(null);
  });
}
