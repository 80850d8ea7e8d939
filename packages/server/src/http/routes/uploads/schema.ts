import {
  Attachment,
  CompleteUploadBody,
  NoteParams,
  SignedParts,
  SignPartsBody,
  StartedUpload,
  StartUploadBody,
  StartUploadHeaders,
  Upload,
  UploadParams,
} from "@valetkey/contract";
import { bodyIsOptional, emptyResponse } from "../../openapi.ts";

const tags = ["uploads"];

export const startUpload = {
  tags,
  operationId: "startUpload",
  summary: "Begin an upload that goes straight to the bucket",
  params: NoteParams,
  headers: StartUploadHeaders,
  body: StartUploadBody,
  response: { 201: StartedUpload },
};

export const getUpload = {
  tags,
  operationId: "getUpload",
  summary: "See how far an upload is",
  description:
    "While `pending`, the parts that are stored already, so that it can be resumed. After the completion, the outcome: `ready`, or " +
    "`rejected` with a `reason`; until then `verifying` or `scanning`.",
  params: UploadParams,
  response: { 200: Upload },
};

export const signParts = {
  tags,
  operationId: "signUploadParts",
  summary: "Sign parts of an upload, just before they are sent",
  params: UploadParams,
  body: SignPartsBody,
  response: { 200: SignedParts },
};

export const completeUpload = {
  tags,
  operationId: "completeUpload",
  summary: "Have the stored object verified and attached",
  description:
    "The answer is `ready`, or, where looking at all bytes takes long, `verifying` or `scanning`: it goes on by itself, also when this " +
    "call is not repeated. Ask `GET /uploads/{uploadId}` every second or two until `state` is `ready`, or `rejected` with its `reason`.",
  params: UploadParams,
  body: CompleteUploadBody,
  ...bodyIsOptional,
  response: { 200: Attachment },
};

export const abortUpload = {
  tags,
  operationId: "abortUpload",
  summary: "Give an upload up",
  params: UploadParams,
  response: { 204: emptyResponse },
};
