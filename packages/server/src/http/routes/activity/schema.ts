import { AuditEventPage, NoteParams, PageQuery } from "@valetkey/contract";

const tags = ["activity"];

export const listNoteActivity = {
  tags,
  operationId: "listNoteActivity",
  summary: "What happened to a note and its files, newest first",
  params: NoteParams,
  querystring: PageQuery,
  response: { 200: AuditEventPage },
};

export const listActivity = {
  tags,
  operationId: "listActivity",
  summary: "What happened to your notes, newest first",
  querystring: PageQuery,
  response: { 200: AuditEventPage },
};
