import {
  AdminPerson,
  AdminPersonPage,
  AdminPersonParams,
  ClosedAccount,
  ListPeopleQuery,
  ResetLink,
  UpdatePersonBody,
} from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import type { AccountVerbs } from "../accounts/index.ts";
import { accountLinkUrl } from "../accounts/own/account-links.ts";
import type { UsageVerbs } from "../usage/index.ts";
import type { AdministrationVerbs } from "./index.ts";
import { presentPersonRecord } from "./present.ts";

const schemas = operations("administration", {
  listPeople: {
    summary: "List the users with their storage and links, newest first",
    querystring: ListPeopleQuery,
    response: { 200: AdminPersonPage },
  },
  updatePerson: {
    summary: "Disable or enable a user, or set the quota",
    description:
      "A disabled user is refused with every session, API token and JWT from the next request. The links of the user are closed until the user is enabled again.",
    params: AdminPersonParams,
    body: UpdatePersonBody,
    response: { 200: AdminPerson },
  },
  deletePerson: {
    summary: "Close the account of a user at once, and delete it permanently with all notes and files after 14 days",
    description: "Until then, an administrator can enable the user again. The user cannot keep the account.",
    params: AdminPersonParams,
    response: { 200: ClosedAccount },
  },
  makeResetLink: {
    summary: "Make a link for a new password, which works once within 24 hours",
    params: AdminPersonParams,
    response: { 201: ResetLink },
  },
});

/** The routes below /admin/people. */
export function peopleRoutes(
  app: App,
  { useCases, takeTurn, publicUrl }: RouteDeps<AccountVerbs & AdministrationVerbs & UsageVerbs>,
): void {
  const { quota } = useCases;

  app.get("/admin/people", { schema: schemas.listPeople, preHandler: takeTurn }, async (request) => {
    const { limit, cursor, q: text } = request.query;
    const { items, nextCursor } = await useCases.listPeople(callerOf(request), { limit, cursor, text });
    return { items: items.map((person) => presentPersonRecord(person, quota)), nextCursor: nextCursor ?? null };
  });

  app.patch("/admin/people/:userId", { schema: schemas.updatePerson }, async (request) =>
    presentPersonRecord(await useCases.changePerson(callerOf(request), request.params.userId, request.body), quota),
  );

  app.delete("/admin/people/:userId", { schema: schemas.deletePerson }, async (request) => {
    const { userId } = request.params;
    const { deleteAt } = await useCases.closeAccountOf(callerOf(request), userId, { isNow: false });
    return { deleteAt: toIso(deleteAt) };
  });

  app.post("/admin/people/:userId/reset-link", { schema: schemas.makeResetLink }, async (request, reply) => {
    const { token, expiresAt } = await useCases.makeResetLink(callerOf(request), request.params.userId);
    const url = accountLinkUrl(publicUrl, { kind: "password-reset", token });
    return reply.code(201).send({ url, expiresAt: toIso(expiresAt) });
  });
}
