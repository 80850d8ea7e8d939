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
  UppyParams,
  UppyParamsQuery,
} from "@valetkey/contract";

const tags = ["uppy"];
const ofUpload = { tags, params: UploadParams, querystring: MultipartQuery };

export const params = {
  tags,
  operationId: "uppySignForm",
  summary: "Uppy: sign the form of a small file, which is attached once it was posted",
  querystring: UppyParamsQuery,
  response: { 200: UppyParams },
};

export const createMultipart = {
  tags,
  operationId: "uppyCreateMultipart",
  summary: "Uppy: begin an upload in parts",
  body: CreateMultipartBody,
  response: { 200: CreatedMultipart },
};

export const listParts = {
  ...ofUpload,
  operationId: "uppyListParts",
  summary: "Uppy: see which parts are there",
  response: { 200: UploadedParts },
};

export const signPart = {
  ...ofUpload,
  operationId: "uppySignPart",
  summary: "Uppy: sign a part",
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
  summary: "Uppy: have the parts put together, verified and attached",
  body: CompleteMultipartBody,
  response: { 200: CompletedMultipart },
};

export const abortMultipart = {
  ...ofUpload,
  operationId: "uppyAbortMultipart",
  summary: "Uppy: give an upload up",
  response: { 200: AbortedMultipart },
};

export const sts = { tags, operationId: "uppySts", summary: "Uppy: temporary credentials, which nobody gets here" };
