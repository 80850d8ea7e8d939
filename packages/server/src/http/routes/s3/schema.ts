import {
  AbortedMultipart,
  BatchQuery,
  CompletedMultipart,
  CompleteMultipartBody,
  CreatedMultipart,
  CreateMultipartBody,
  MultipartPartParams,
  MultipartQuery,
  PresignedPart,
  PresignedParts,
  UploadedParts,
  UploadParams,
} from "@valetkey/contract";

const tags = ["uppy"];
const ofUpload = { tags, params: UploadParams, querystring: MultipartQuery };

export const createMultipart = {
  tags,
  operationId: "uppyCreateMultipart",
  summary: "Uppy: start a multipart upload",
  body: CreateMultipartBody,
  response: { 200: CreatedMultipart },
};

export const listParts = {
  ...ofUpload,
  operationId: "uppyListParts",
  summary: "Uppy: list the stored parts",
  response: { 200: UploadedParts },
};

export const signPart = {
  ...ofUpload,
  operationId: "uppySignPart",
  summary: "Uppy: sign one part",
  params: MultipartPartParams,
  response: { 200: PresignedPart },
};

export const signBatch = {
  ...ofUpload,
  operationId: "uppySignBatch",
  summary: "Uppy: sign several parts",
  querystring: BatchQuery,
  response: { 200: PresignedParts },
};

export const completeMultipart = {
  ...ofUpload,
  operationId: "uppyCompleteMultipart",
  summary: "Uppy: complete, verify and attach the upload",
  body: CompleteMultipartBody,
  response: { 200: CompletedMultipart },
};

export const abortMultipart = {
  ...ofUpload,
  operationId: "uppyAbortMultipart",
  summary: "Uppy: abort the upload",
  response: { 200: AbortedMultipart },
};

export const params = { tags, operationId: "uppySignForm", summary: "Uppy: form uploads (always refused)" };

export const sts = { tags, operationId: "uppySts", summary: "Uppy: temporary credentials (always refused)" };
