import type { AuditEventPage } from "@valetkey/contract";
import type { NamedEvent } from "../../../usecases/activity.ts";
import type { Page } from "../../../usecases/ports.ts";
import { callerOf } from "../../auth-port.ts";
import { toIso } from "../../instants.ts";
import { presentPerson } from "../../people.ts";
import type { App, RouteDeps } from "../../types.ts";
import * as schema from "./schema.ts";

/** GET /activity and /notes/:noteId/activity. */
export function activityRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.get("/notes/:noteId/activity", { schema: schema.listNoteActivity }, async (request) => {
    const { limit, cursor } = request.query;
    const input = { noteId: request.params.noteId, limit, cursor };
    return describe(await useCases.listNoteActivity(callerOf(request), input), deps);
  });

  app.get("/activity", { schema: schema.listActivity }, async (request) => {
    const { limit, cursor } = request.query;
    return describe(await useCases.listActivity(callerOf(request), { limit, cursor }), deps);
  });
}

async function describe(page: Page<NamedEvent>, { useCases }: RouteDeps): Promise<AuditEventPage> {
  const people = await useCases.findPeople(page.items.flatMap((event) => [event.actorId, ...subjectOf(event)]));
  const items = page.items.map((event) => {
    const { id, at, action, actorId, noteId, noteTitle = null, attachmentIds, files, detail } = event;
    const [subject] = subjectOf(event).map((userId) => presentPerson(userId, people));
    return {
      id,
      at: toIso(at),
      action,
      actorId,
      actor: presentPerson(actorId, people),
      ...(subject && { subject }),
      noteId,
      noteTitle,
      attachmentIds: [...attachmentIds],
      files,
      detail,
    };
  });
  return { items, nextCursor: page.nextCursor ?? null };
}

/** With whom a share was made or ended; nobody for any other event. */
function subjectOf({ detail }: NamedEvent): string[] {
  return typeof detail.userId === "string" ? [detail.userId] : [];
}
