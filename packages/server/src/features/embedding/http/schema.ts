import {
  Attachment,
  CompleteUploadBody,
  FileUrl,
  FileUrls,
  Id,
  PageQuery,
  PlainText,
  pageOf,
  SignedParts,
  SignPartsBody,
  StartedUpload,
  StartUploadBody,
  StartUploadHeaders,
  Upload,
  UploadParams,
  UrlPurpose,
  UrlQuery,
} from "@valetkey/contract";
import { Type } from "typebox";

const Name = Type.String({ minLength: 1, maxLength: 255, ...PlainText });
const ItemParams = Type.Object({ resource: Name, itemId: Name });
const FileParams = Type.Object({ fileId: Id });
/** An attachment, and the item to which the attachment belongs. */
const ItemFile = Type.Object({ ...Attachment.properties, resource: Name, itemId: Name });

/** The schemas of the routes of an embedding. The upload routes reuse schemas of the service. */
export const schemas = {
  startUpload: {
    params: ItemParams,
    headers: StartUploadHeaders,
    body: StartUploadBody,
    response: { 201: StartedUpload },
  },
  getUpload: { params: UploadParams, response: { 200: Upload } },
  signParts: { params: UploadParams, body: SignPartsBody, response: { 200: SignedParts } },
  completeUpload: { params: UploadParams, body: CompleteUploadBody, response: { 200: ItemFile } },
  abortUpload: { params: UploadParams, response: { 204: Type.Null() } },
  listFiles: { params: ItemParams, querystring: PageQuery, response: { 200: pageOf(ItemFile) } },
  getFile: { params: FileParams, response: { 200: ItemFile } },
  removeFile: { params: FileParams, response: { 204: Type.Null() } },
  issueUrl: { params: FileParams, querystring: UrlQuery, response: { 200: FileUrl } },
  download: { params: FileParams, querystring: UrlQuery, response: { 302: Type.Null() } },
  issueUrls: {
    body: Type.Object(
      {
        fileIds: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
        purpose: Type.Optional(UrlPurpose),
      },
      { additionalProperties: false },
    ),
    response: { 200: FileUrls },
  },
};
