import { AttachmentParams, FileUrl, FileUrls, FileUrlsBody, UrlQuery } from "@valetkey/contract";
import { Type } from "typebox";
import { nothing } from "../../openapi.ts";

const tags = ["urls"];

// A signed URL is percent-encoded ASCII, so there is nothing in it to escape, and looking costs a tenth of a batch.
const plainUrl = Type.String({ format: "unsafe" });
const fileUrl = Type.Object({ ...FileUrl.properties, fileUrl: plainUrl });
const fileUrls = Type.Object({
  urls: Type.Array(Type.Object({ ...FileUrls.properties.urls.items.properties, fileUrl: Type.Optional(plainUrl) })),
});

export const issueUrl = {
  tags,
  operationId: "issueUrl",
  summary: "Get a URL of the file that works for expiresIn seconds",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 200: fileUrl },
};

export const issueUrls = {
  tags,
  operationId: "issueUrls",
  summary: "Get URLs of up to 1,000 files; each id has its own answer, in the order asked",
  body: FileUrlsBody,
  response: { 200: fileUrls },
};

export const download = {
  tags,
  operationId: "download",
  summary: "Be redirected to a fresh URL of the file",
  params: AttachmentParams,
  querystring: UrlQuery,
  response: { 302: { ...nothing, description: "Location is the URL" } },
};
