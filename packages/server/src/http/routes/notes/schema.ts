import { CreateNoteBody, ListNotesQuery, Note, NotePage, NoteParams, UpdateNoteBody } from "@valetkey/contract";
import { nothing } from "../../openapi.ts";

const tags = ["notes"];

export const createNote = {
  tags,
  operationId: "createNote",
  summary: "Create a note",
  body: CreateNoteBody,
  response: { 201: Note },
};

export const listNotes = {
  tags,
  operationId: "listNotes",
  summary:
    "List the notes you own, or those shared with you; with q only those that have it in their title, body or filenames",
  querystring: ListNotesQuery,
  response: { 200: NotePage },
};

export const getNote = {
  tags,
  operationId: "getNote",
  summary: "Read a note and its attachments",
  params: NoteParams,
  response: { 200: Note },
};

export const updateNote = {
  tags,
  operationId: "updateNote",
  summary: "Change the title or the body; with ifUpdatedAt only if nobody has changed the note since",
  params: NoteParams,
  body: UpdateNoteBody,
  response: { 200: Note },
};

export const deleteNote = {
  tags,
  operationId: "deleteNote",
  summary: "Delete a note with its attachments, shares and stored files",
  params: NoteParams,
  response: { 204: nothing },
};
