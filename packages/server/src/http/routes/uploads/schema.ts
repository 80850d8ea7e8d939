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
  summary: "Start an upload that goes straight to the bucket",
  params: NoteParams,
  headers: StartUploadHeaders,
  body: StartUploadBody,
  response: { 201: StartedUpload },
};

export const getUpload = {
  tags,
  operationId: "getUpload",
  summary: "Get an upload and its stored parts",
  description:
    "While the upload is `pending`, the response lists the stored parts, so that a client can resume. After the completion, the state is " +
    "`verifying` or `scanning`, and then `ready`, or `rejected` with a `reason`.",
  params: UploadParams,
  response: { 200: Upload },
};

export const signParts = {
  tags,
  operationId: "signUploadParts",
  summary: "Sign parts of an upload",
  params: UploadParams,
  body: SignPartsBody,
  response: { 200: SignedParts },
};

export const completeUpload = {
  tags,
  operationId: "completeUpload",
  summary: "Verify the stored object and attach it",
  description:
    "The attachment is `ready`. If its verification is slow, it is `verifying` or `scanning`, and the verification continues after the " +
    "request. Poll `GET /uploads/{uploadId}` every second or two until `state` is `ready`, or `rejected` with its `reason`.",
  params: UploadParams,
  body: CompleteUploadBody,
  ...bodyIsOptional,
  response: { 200: Attachment },
};

export const abortUpload = {
  tags,
  operationId: "abortUpload",
  summary: "Abort an upload",
  params: UploadParams,
  response: { 204: emptyResponse },
};
