import { AttachmentParams, NoteParams, PageQuery, TrashPage } from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, toIso } from "../../platform/http/wire.ts";
import { callerOf } from "../access/caller.ts";
import { type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { TrashVerbs } from "./index.ts";
import type { TrashSubject } from "./queries.ts";

const fileSchemas = operations("attachments", {
  deleteAttachment: {
    summary: "Delete an attachment and its stored file",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
});

const noteSchemas = operations("notes", {
  deleteNote: {
    summary: "Delete a note with its attachments and shares, and end its links. The trash keeps the note for a while",
    params: NoteParams,
    response: { 204: emptyResponse },
  },
});

const schemas = operations("trash", {
  listTrash: {
    summary: "List the deleted notes and files that you may restore, last deleted first",
    description:
      "The list omits a deleted file while its note is deleted too. `purgeAt` says when the service permanently deletes an item.",
    querystring: PageQuery,
    response: { 200: TrashPage },
  },
  restoreNote: {
    summary: "Restore a deleted note with its files and shares. Its links have ended",
    params: NoteParams,
    response: { 204: emptyResponse },
  },
  restoreAttachment: {
    summary: "Restore a deleted file with its shares. Links no longer contain the file",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
  purgeNote: {
    summary: "Permanently delete a deleted note, with its files",
    params: NoteParams,
    response: { 204: emptyResponse },
  },
  purgeAttachment: {
    summary: "Permanently delete a deleted file",
    params: AttachmentParams,
    response: { 204: emptyResponse },
  },
});

type Call = Pick<FastifyRequest, "caller"> & { params: TrashSubject };

/** Adds the routes that delete notes and files, and the routes below /trash. Only the routes below /trash find deleted notes and files. */
export function trashRoutes(app: App, { useCases, takeTurn }: RouteDeps<PeopleVerbs & TrashVerbs>): void {
  app.delete("/notes/:noteId", { schema: noteSchemas.deleteNote }, async (request, reply) => {
    await useCases.deleteNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });

  app.delete("/attachments/:attachmentId", { schema: fileSchemas.deleteAttachment }, async (request, reply) => {
    await useCases.deleteAttachment(callerOf(request), request.params.attachmentId);
    return reply.code(204).send(null);
  });

  app.get("/trash", { schema: schemas.listTrash, preHandler: takeTurn }, async (request) => {
    const page = await useCases.listTrash(callerOf(request), request.query);
    const people = await useCases.findPeople(page.items.map(({ deletedBy }) => deletedBy));
    return fitPage(page, ({ id, noteId, noteTitle, attachment, files, sizeBytes, ...item }) => ({
      id,
      noteId,
      noteTitle,
      attachmentId: attachment?.id ?? null,
      filename: attachment?.filename ?? null,
      files,
      sizeBytes,
      deletedAt: toIso(item.deletedAt),
      deletedBy: presentPerson(item.deletedBy, people),
      purgeAt: toIso(item.purgeAt),
    }));
  });

  async function restore(request: Call, reply: FastifyReply) {
    await useCases.restoreFromTrash(callerOf(request), request.params);
    return reply.code(204).send(null);
  }

  async function purge(request: Call, reply: FastifyReply) {
    await useCases.purgeFromTrash(callerOf(request), request.params);
    return reply.code(204).send(null);
  }

  app.post("/trash/notes/:noteId/restore", { schema: schemas.restoreNote }, restore);
  app.post("/trash/attachments/:attachmentId/restore", { schema: schemas.restoreAttachment }, restore);
  app.delete("/trash/notes/:noteId", { schema: schemas.purgeNote }, purge);
  app.delete("/trash/attachments/:attachmentId", { schema: schemas.purgeAttachment }, purge);
}
