import { AttachmentParams, FileUrl, FileUrls, FileUrlsBody, UrlQuery } from "@valetkey/contract";
import { nothing } from "../../openapi.ts";

const tags = ["urls"];

export const issueUrl = {
  tags,
  operationId: "issueUrl",
  summary: "Get a URL of the file that works for expiresIn seconds",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 200: FileUrl },
};

export const issueUrls = {
  tags,
  operationId: "issueUrls",
  summary: "Get URLs of up to 1,000 files; each id has its own answer, in the order asked",
  body: FileUrlsBody,
  response: { 200: FileUrls },
};

export const download = {
  tags,
  operationId: "download",
  summary: "Be redirected to a fresh URL of the file",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 302: { ...nothing, description: "Location is the URL" } },
};
