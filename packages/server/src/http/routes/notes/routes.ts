import { callerOf } from "../../auth-port.ts";
import type { App, RouteDeps } from "../../types.ts";
import { presentNote } from "./present.ts";
import * as schema from "./schema.ts";

/** /notes and /notes/:noteId. */
export function noteRoutes(app: App, { useCases }: RouteDeps): void {
  app.post("/notes", { schema: schema.createNote }, async (request, reply) => {
    const { title, body = "" } = request.body;
    const note = await useCases.createNote(callerOf(request), { title, body });
    return reply.code(201).send(presentNote(note));
  });

  app.get("/notes", { schema: schema.listNotes }, async (request) => {
    const { scope, limit, cursor } = request.query;
    const page = await useCases.listNotes(callerOf(request), { scope, limit, cursor });
    return { items: page.items.map(presentNote), nextCursor: page.nextCursor ?? null };
  });

  app.get("/notes/:noteId", { schema: schema.getNote }, async (request) =>
    presentNote(await useCases.getNote(callerOf(request), request.params.noteId)),
  );

  app.patch("/notes/:noteId", { schema: schema.updateNote }, async (request) => {
    const change = { ...request.body, noteId: request.params.noteId };
    return presentNote(await useCases.updateNote(callerOf(request), change));
  });

  app.delete("/notes/:noteId", { schema: schema.deleteNote }, async (request, reply) => {
    await useCases.deleteNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });
}
