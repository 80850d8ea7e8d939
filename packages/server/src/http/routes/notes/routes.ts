import { callerOf } from "../../auth-port.ts";
import { instantFromWire } from "../../instants.ts";
import type { App, RouteDeps } from "../../types.ts";
import { describeNote, describeNotes } from "./present.ts";
import * as schema from "./schema.ts";

/** /notes and /notes/:noteId. */
export function noteRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.post("/notes", { schema: schema.createNote }, async (request, reply) => {
    const { title, body = "" } = request.body;
    const note = await useCases.createNote(callerOf(request), { title, body });
    return reply.code(201).send(await describeNote(note, deps));
  });

  app.get("/notes", { schema: schema.listNotes }, async (request) => {
    const { scope, limit, cursor, q } = request.query;
    const page = await useCases.listNotes(callerOf(request), { scope, limit, cursor, search: q?.trim() });
    return { items: await describeNotes(page.items, deps), nextCursor: page.nextCursor ?? null };
  });

  app.get("/notes/:noteId", { schema: schema.getNote }, async (request) =>
    describeNote(await useCases.getNote(callerOf(request), request.params.noteId), deps),
  );

  app.patch("/notes/:noteId", { schema: schema.updateNote }, async (request) => {
    const { ifUpdatedAt, ...change } = request.body;
    const input = {
      ...change,
      noteId: request.params.noteId,
      ifUpdatedAt: ifUpdatedAt === undefined ? undefined : instantFromWire(ifUpdatedAt, { name: "ifUpdatedAt" }),
    };
    return describeNote(await useCases.updateNote(callerOf(request), input), deps);
  });

  app.delete("/notes/:noteId", { schema: schema.deleteNote }, async (request, reply) => {
    await useCases.deleteNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });
}
