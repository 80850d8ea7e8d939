import {
  AdoptBody,
  Attachment,
  AttachmentParams,
  ListAttachmentsQuery,
  NoteParams,
  SharedAttachmentPage,
} from "@valetkey/contract";
import { Type } from "typebox";
import { nothing } from "../../openapi.ts";

const tags = ["attachments"];

// The form itself is read as a stream; this is how the document describes it.
const Form = Type.Object({ file: Type.String({ format: "binary" }) });

export const attach = {
  tags,
  operationId: "attach",
  summary:
    "Attach a file sent as a form, streamed to the bucket; or, as an administrator, an object that is there already",
  consumes: ["multipart/form-data", "application/json"],
  params: NoteParams,
  body: {
    content: {
      "multipart/form-data": { schema: Form },
      "application/json": { schema: AdoptBody },
    },
  },
  response: { 201: Attachment },
};

export const listAttachments = {
  tags,
  operationId: "listAttachments",
  summary: "List the files that are shared with you by themselves, without their notes",
  querystring: ListAttachmentsQuery,
  response: { 200: SharedAttachmentPage },
};

export const getAttachment = {
  tags,
  operationId: "getAttachment",
  summary: "Read what is known of an attachment",
  params: AttachmentParams,
  response: { 200: Attachment },
};

export const deleteAttachment = {
  tags,
  operationId: "deleteAttachment",
  summary: "Delete an attachment and its stored file",
  params: AttachmentParams,
  response: { 204: nothing },
};
