import {
  Attachment,
  CompleteUploadBody,
  NoteParams,
  SignedParts,
  SignPartsBody,
  StartedUpload,
  StartUploadBody,
  Upload,
  UploadParams,
} from "@valetkey/contract";
import { nothing } from "../../openapi.ts";

const tags = ["uploads"];

export const startUpload = {
  tags,
  operationId: "startUpload",
  summary: "Begin an upload that goes straight to the bucket",
  params: NoteParams,
  body: StartUploadBody,
  response: { 201: StartedUpload },
};

export const getUpload = {
  tags,
  operationId: "getUpload",
  summary: "See how far an upload is",
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
  params: UploadParams,
  body: CompleteUploadBody,
  response: { 200: Attachment },
};

export const abortUpload = {
  tags,
  operationId: "abortUpload",
  summary: "Give an upload up",
  params: UploadParams,
  response: { 204: nothing },
};
