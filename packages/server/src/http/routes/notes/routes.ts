import { CreateNoteBody, ListNotesQuery, Note, NotePage, NoteParams, UpdateNoteBody } from "@valetkey/contract";
import { callerOf } from "../../authentication.ts";
import { httpLimits } from "../../http-limits.ts";
import { emptyResponse, operations } from "../../openapi.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import { parseInstant } from "../../wire-instant.ts";
import { describeNote, describeNotes } from "./present.ts";

const schemas = operations("notes", {
  createNote: {
    summary: "Create a note",
    body: CreateNoteBody,
    response: { 201: Note },
  },
  listNotes: {
    summary: "List your notes or the notes shared with you. q searches titles, bodies and filenames",
    querystring: ListNotesQuery,
    response: { 200: NotePage },
  },
  getNote: {
    summary: "Read a note and its attachments",
    params: NoteParams,
    response: { 200: Note },
  },
  updateNote: {
    summary: "Change the title or the body. With ifUpdatedAt, only if the note is unchanged since then",
    params: NoteParams,
    body: UpdateNoteBody,
    response: { 200: Note },
  },
  deleteNote: {
    summary: "Delete a note with its attachments, shares and stored files",
    params: NoteParams,
    response: { 204: emptyResponse },
  },
});

/** /notes and /notes/:noteId. */
export function noteRoutes(app: App, deps: RouteDeps): void {
  const { useCases } = deps;
  app.post(
    "/notes",
    { schema: schemas.createNote, bodyLimit: httpLimits.largeJsonBodyBytes },
    async (request, reply) => {
      const { title, body = "" } = request.body;
      const note = await useCases.createNote(callerOf(request), { title, body });
      return reply.code(201).send(await describeNote(note, deps));
    },
  );

  app.get("/notes", { schema: schemas.listNotes }, async (request) => {
    const { scope, limit, cursor, q } = request.query;
    const page = await useCases.listNotes(callerOf(request), { scope, limit, cursor, search: q?.trim() });
    return { items: await describeNotes(page.items, deps), nextCursor: page.nextCursor ?? null };
  });

  app.get("/notes/:noteId", { schema: schemas.getNote }, async (request) =>
    describeNote(await useCases.getNote(callerOf(request), request.params.noteId), deps),
  );

  app.patch(
    "/notes/:noteId",
    { schema: schemas.updateNote, bodyLimit: httpLimits.largeJsonBodyBytes },
    async (request) => {
      const { ifUpdatedAt, ...change } = request.body;
      const input = {
        ...change,
        noteId: request.params.noteId,
        ifUpdatedAt: ifUpdatedAt === undefined ? undefined : parseInstant(ifUpdatedAt, { name: "ifUpdatedAt" }),
      };
      return describeNote(await useCases.updateNote(callerOf(request), input), deps);
    },
  );

  app.delete("/notes/:noteId", { schema: schemas.deleteNote }, async (request, reply) => {
    await useCases.deleteNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });
}
