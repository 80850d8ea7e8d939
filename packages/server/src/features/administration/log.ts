import { AdminEventPage, PageQuery } from "@valetkey/contract";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Deps } from "../../platform/deps.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { toIso } from "../../platform/http/wire.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { requireAdministrator } from "../people/administrators.ts";
import { type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { AdminEvent } from "../people/person.ts";
import { administrationQueries } from "./queries.ts";

export function createLogPage(deps: Deps) {
  const { db } = deps;
  return {
    /** Lists the actions of administrators and of the operator's commands, newest first. Throws `access_denied`. */
    async listAdminEvents(caller: Caller, page: PageRequest): Promise<Page<AdminEvent>> {
      await requireAdministrator(db, caller);
      return administrationQueries(db).listEvents(page);
    },
  };
}

const schemas = operations("administration", {
  listAdminEvents: {
    summary: "List what administrators and commands did, newest first",
    querystring: PageQuery,
    response: { 200: AdminEventPage },
  },
});

export function logRoutes(
  app: App,
  { useCases, takeTurn }: RouteDeps<ReturnType<typeof createLogPage> & PeopleVerbs>,
): void {
  app.get("/admin/log", { schema: schemas.listAdminEvents, preHandler: takeTurn }, async (request) => {
    const { items, nextCursor } = await useCases.listAdminEvents(callerOf(request), request.query);
    const people = await useCases.findPeople(items.flatMap((event) => [event.actorId, personOf(event)].flatMap(known)));
    const present = (id: string | undefined) => (id === undefined ? null : presentPerson(id, people));
    const events = items.map((event) => {
      const { id, at, action, actorId, detail } = event;
      return { id, at: toIso(at), action, actor: present(actorId), person: present(personOf(event)), detail };
    });
    return { items: events, nextCursor: nextCursor ?? null };
  });
}

/** Returns the user whom an action affected, or who created the affected link. */
function personOf({ action, subjectId, detail }: AdminEvent): string | undefined {
  if (action.startsWith("person.")) return subjectId;
  return typeof detail.userId === "string" ? detail.userId : undefined;
}

const known = (id: string | undefined) => id ?? [];
