import {
  AttachmentParams,
  AttachmentShareParams,
  NoteParams,
  NoteShareParams,
  ShareAttachmentBody,
  ShareNoteBody,
  Shares,
} from "@valetkey/contract";
import { nothing } from "../../openapi.ts";

const tags = ["shares"];

export const shareNote = {
  tags,
  operationId: "shareNote",
  summary: "Share a note with people, as viewers or editors",
  params: NoteParams,
  body: ShareNoteBody,
  response: { 200: Shares },
};

export const listNoteShares = {
  tags,
  operationId: "listNoteShares",
  summary: "See who a note is shared with",
  params: NoteParams,
  response: { 200: Shares },
};

export const revokeNoteShare = {
  tags,
  operationId: "revokeNoteShare",
  summary: "End one person's share of a note; the next request is refused",
  params: NoteShareParams,
  response: { 204: nothing },
};

export const shareAttachment = {
  tags,
  operationId: "shareAttachment",
  summary: "Share one attachment, and nothing else of its note",
  params: AttachmentParams,
  body: ShareAttachmentBody,
  response: { 200: Shares },
};

export const listAttachmentShares = {
  tags,
  operationId: "listAttachmentShares",
  summary: "See who one attachment is shared with",
  params: AttachmentParams,
  response: { 200: Shares },
};

export const revokeAttachmentShare = {
  tags,
  operationId: "revokeAttachmentShare",
  summary: "End one person's share of an attachment; the next request is refused",
  params: AttachmentShareParams,
  response: { 204: nothing },
};
