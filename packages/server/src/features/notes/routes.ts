import {
  AttachmentPage,
  AttachmentParams,
  CreateNoteBody,
  ListNotesQuery,
  Note,
  NotePage,
  NoteParams,
  PageQuery,
  UpdateNoteBody,
} from "@valetkey/contract";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { emptyResponse, operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { goneSignal, parseInstant } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import { describeAttachments } from "../attachments/routes.ts";
import type { PeopleVerbs } from "../people/index.ts";
import type { NoteVerbs } from "./index.ts";
import { describeNote, describeNotes } from "./present.ts";

const fileSchemas = operations("attachments", {
  markAttachmentSeen: {
    summary: "Take the mark of a new file away, because you have looked at it",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
});

const schemas = operations("notes", {
  createNote: {
    summary: "Create a note",
    body: CreateNoteBody,
    response: { 201: Note },
  },
  listNotes: {
    summary: "List your notes or the notes shared with you. q searches titles, bodies and filenames",
    description:
      "A note in a list has the start of its body as `snippet`. A page ends early when its items exceed 1 MiB. " +
      "So follow `nextCursor` until it is null. With `q`, one request of a user runs at a time, and four wait. A further one is " +
      "refused with 429. A search that takes longer than 2 seconds is stopped with `search_timeout`.",
    querystring: ListNotesQuery,
    response: { 200: NotePage },
  },
  getNote: {
    summary: "Read a note and the first page of its attachments",
    description:
      "`attachments` has at most 200 items, in order of creation. While `attachmentsCursor` is not null, " +
      "`GET /notes/{noteId}/attachments` with this `cursor` returns more.",
    params: NoteParams,
    response: { 200: Note },
  },
  listNoteAttachments: {
    summary: "List the attachments of a note, in order of creation",
    params: NoteParams,
    querystring: PageQuery,
    response: { 200: AttachmentPage },
  },
  updateNote: {
    summary: "Change the title or the body. With ifUpdatedAt, only if the note is unchanged since then",
    params: NoteParams,
    body: UpdateNoteBody,
    response: { 200: Note },
  },
  markNoteSeen: {
    summary: "Take the mark of a new note away, because you have looked at it",
    params: NoteParams,
    response: { 204: emptyResponse },
  },
});

/** The routes /notes, /notes/:noteId, and the list of the attachments of a note. */
export function noteRoutes(app: App, deps: RouteDeps<NoteVerbs & PeopleVerbs>): void {
  const { useCases } = deps;
  app.put("/attachments/:attachmentId/seen", { schema: fileSchemas.markAttachmentSeen }, async (request, reply) => {
    await useCases.markAttachmentSeen(callerOf(request), request.params.attachmentId);
    return reply.code(204).send(null);
  });

  app.post(
    "/notes",
    { schema: schemas.createNote, bodyLimit: httpLimits.largeJsonBodyBytes },
    async (request, reply) => {
      const { title, body = "" } = request.body;
      const note = await useCases.createNote(callerOf(request), { title, body });
      return reply.code(201).send(await describeNote(note, deps));
    },
  );

  app.get("/notes", { schema: schemas.listNotes, preHandler: deps.takeTurn }, async (request, reply) => {
    const { scope, limit, cursor, q } = request.query;
    const search = q?.trim();
    const signal = search === undefined ? undefined : goneSignal(reply);
    const page = await useCases.listNotes(callerOf(request), { scope, limit, cursor, search, signal });
    return describeNotes(page, deps);
  });

  app.get("/notes/:noteId", { schema: schemas.getNote, preHandler: deps.takeTurn }, async (request) =>
    describeNote(await useCases.getNote(callerOf(request), request.params.noteId), deps),
  );

  app.get(
    "/notes/:noteId/attachments",
    { schema: schemas.listNoteAttachments, preHandler: deps.takeTurn },
    async (request) => {
      const { limit, cursor } = request.query;
      const input = { noteId: request.params.noteId, limit, cursor };
      return describeAttachments(await useCases.listAttachments(callerOf(request), input), deps);
    },
  );

  app.patch(
    "/notes/:noteId",
    { schema: schemas.updateNote, bodyLimit: httpLimits.largeJsonBodyBytes, preHandler: deps.takeTurn },
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

  app.put("/notes/:noteId/seen", { schema: schemas.markNoteSeen }, async (request, reply) => {
    await useCases.markNoteSeen(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });
}
