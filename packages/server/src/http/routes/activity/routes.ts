import type { AuditEventPage } from "@valetkey/contract";
import type { AuditEvent } from "../../../domain/audit-event.ts";
import type { Page } from "../../../usecases/ports.ts";
import { callerOf } from "../../auth-port.ts";
import { toIso } from "../../instants.ts";
import type { App, RouteDeps } from "../../types.ts";
import * as schema from "./schema.ts";

/** GET /activity and /notes/:noteId/activity. */
export function activityRoutes(app: App, { useCases }: RouteDeps): void {
  app.get("/notes/:noteId/activity", { schema: schema.listNoteActivity }, async (request) => {
    const { limit, cursor } = request.query;
    const input = { noteId: request.params.noteId, limit, cursor };
    return present(await useCases.listNoteActivity(callerOf(request), input));
  });

  app.get("/activity", { schema: schema.listActivity }, async (request) => {
    const { limit, cursor } = request.query;
    return present(await useCases.listActivity(callerOf(request), { limit, cursor }));
  });
}

function present(page: Page<AuditEvent>): AuditEventPage {
  return {
    items: page.items.map(({ id, at, action, actorId, noteId, attachmentIds, detail }) => ({
      id,
      at: toIso(at),
      action,
      actorId,
      noteId,
      attachmentIds: [...attachmentIds],
      detail,
    })),
    nextCursor: page.nextCursor ?? null,
  };
}
