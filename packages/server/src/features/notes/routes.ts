import * as wire from "@valetkey/contract";
import { encodeCursor, type Page } from "../../platform/database/pages.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { type App, emptyResponse, operations, type RouteDeps } from "../../platform/http/routes.ts";
import { fitPage, goneSignal, isoOrNull, parseInstant, readIdempotencyKey, toIso } from "../../platform/http/wire.ts";
import { namesOf } from "../access/attachment.ts";
import { callerOf } from "../access/caller.ts";
import type { NoteSummaryWithRole, NoteWithAttachments, NoteWithRole } from "../access/note.ts";
import { describeAttachments, presentAccess, presentAttachment } from "../attachments/routes.ts";
import { type People, type PeopleVerbs, presentPerson } from "../people/index.ts";
import type { NoteVerbs } from "./index.ts";
import { cursorAfter, type ListOrder } from "./list-queries.ts";

const fileSchemas = operations("attachments", {
  markAttachmentSeen: {
    summary: "Mark a file as seen",
    params: wire.AttachmentParams,
    response: { 204: emptyResponse },
  },
});

const schemas = operations("notes", {
  createNote: {
    summary: "Create a note",
    headers: wire.CreateNoteHeaders,
    body: wire.CreateNoteBody,
    response: { 201: wire.Note },
  },
  listNotes: {
    summary:
      "List your notes or the notes shared with you, pinned notes first. q searches titles, bodies and filenames",
    description:
      "With `q`, pinned notes stand at their usual place. `sort` is only for your own notes, without `q`. A note in a list has the start of its body as `snippet`. A page ends early when its items exceed 1 MiB. " +
      "Follow `nextCursor` until it is null. With `q`, one request of a user runs at a time, and four wait. A further request is " +
      "refused with 429. A search that takes longer than 2 seconds is stopped with `search_timeout`.",
    querystring: wire.ListNotesQuery,
    response: { 200: wire.NotePage },
  },
  getNote: {
    summary: "Read a note and the first page of its attachments",
    description:
      "`attachments` has at most 200 items, in order of creation. While `attachmentsCursor` is not null, " +
      "`GET /notes/{noteId}/attachments` with this `cursor` returns more.",
    params: wire.NoteParams,
    response: { 200: wire.Note },
  },
  listNoteAttachments: {
    summary: "List the attachments of a note, in order of creation",
    params: wire.NoteParams,
    querystring: wire.PageQuery,
    response: { 200: wire.AttachmentPage },
  },
  updateNote: {
    summary: "Change the title or the body. With ifUpdatedAt, only if the note is unchanged since then",
    params: wire.NoteParams,
    body: wire.UpdateNoteBody,
    response: { 200: wire.Note },
  },
  pinNote: {
    summary: "Put a note first in your lists",
    params: wire.NoteParams,
    response: { 204: emptyResponse },
  },
  unpinNote: {
    summary: "Put a pinned note back to its usual place",
    params: wire.NoteParams,
    response: { 204: emptyResponse },
  },
  markNoteSeen: {
    summary: "Mark a note as seen",
    params: wire.NoteParams,
    response: { 204: emptyResponse },
  },
});

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
      const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
      const note = await useCases.createNote(callerOf(request), { title, body, idempotencyKey });
      return reply.code(201).send(await describeNote(note, deps));
    },
  );

  app.get("/notes", { schema: schemas.listNotes, preHandler: deps.takeTurn }, async (request, reply) => {
    const { scope, limit, cursor, sort: order, q } = request.query;
    const search = q?.trim();
    const signal = search === undefined ? undefined : goneSignal(reply);
    const page = await useCases.listNotes(callerOf(request), { scope, limit, cursor, order, search, signal });
    return describeNotes(page, { isSearch: search !== undefined, order, ...deps });
  });

  app.get("/notes/:noteId", { schema: schemas.getNote, preHandler: deps.takeTurn }, async (request) =>
    describeNote(await useCases.getNote(callerOf(request), request.params.noteId), deps),
  );

  app.get(
    "/notes/:noteId/attachments",
    { schema: schemas.listNoteAttachments, preHandler: deps.takeTurn },
    async (request) => {
      const input = { noteId: request.params.noteId, ...request.query };
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

  app.put("/notes/:noteId/pin", { schema: schemas.pinNote }, async (request, reply) => {
    await useCases.pinNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });

  app.delete("/notes/:noteId/pin", { schema: schemas.unpinNote }, async (request, reply) => {
    await useCases.unpinNote(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });

  app.put("/notes/:noteId/seen", { schema: schemas.markNoteSeen }, async (request, reply) => {
    await useCases.markNoteSeen(callerOf(request), request.params.noteId);
    return reply.code(204).send(null);
  });
}

type Listed = { isSearch: boolean; order: ListOrder | undefined };

/** Converts a page of notes to the form of a response. One query reads all owners of the notes. */
async function describeNotes(
  page: Page<NoteSummaryWithRole>,
  { isSearch, order = "created", useCases }: RouteDeps<PeopleVerbs> & Listed,
): Promise<wire.NotePage> {
  const people = await useCases.findPeople(page.items.map(({ ownerId }) => ownerId));
  const present = (note: NoteSummaryWithRole) => ({
    ...presentCommon(note, people),
    snippet: note.snippet,
    ...(note.foundFiles === undefined
      ? {}
      : { foundFiles: note.foundFiles.map(({ id, ...file }) => ({ id, ...namesOf(file) })) }),
  });
  return fitPage(page, present, (note) => (isSearch ? encodeCursor(note.id) : cursorAfter(note, order)));
}

/** Converts a note with its first attachments to the form of a response. One query reads the owner and all senders. */
async function describeNote(note: NoteWithAttachments, { useCases }: RouteDeps<PeopleVerbs>): Promise<wire.Note> {
  const people = await useCases.findPeople([note.ownerId, ...note.attachments.map(({ createdBy }) => createdBy)]);
  const first = { items: note.attachments, nextCursor: note.attachmentsCursor };
  const page = fitPage(first, (attachment) => presentAttachment(attachment, people));
  return {
    ...presentCommon(note, people),
    body: note.body,
    attachments: page.items,
    attachmentsCursor: page.nextCursor,
  };
}

type Common = Omit<NoteWithRole, "body"> &
  Pick<
    NoteSummaryWithRole,
    "attachmentCount" | "accessRequestCount" | "isNew" | "isPinned" | "access" | "accessExpiresAt"
  >;

function presentCommon(note: Common, people: People) {
  const { id, title, ownerId, role } = note;
  return {
    id,
    title,
    ownerId,
    owner: presentPerson(ownerId, people),
    role,
    createdAt: toIso(note.createdAt),
    updatedAt: toIso(note.updatedAt),
    attachmentCount: note.attachmentCount,
    accessRequestCount: note.accessRequestCount,
    isNew: note.isNew,
    isPinned: note.isPinned,
    ...(note.access === undefined ? {} : { access: presentAccess(note.access) }),
    accessExpiresAt: isoOrNull(note.accessExpiresAt),
  };
}
