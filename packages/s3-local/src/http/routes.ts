import { deleteBucketCors, getBucketCors, putBucketCors } from "../operations/bucket-cors.ts";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from "../operations/buckets.ts";
import { completeUpload } from "../operations/complete-upload.ts";
import type { Operation } from "../operations/context.ts";
import { copyObject } from "../operations/copy-object.ts";
import { deleteObject, deleteObjects } from "../operations/delete-objects.ts";
import { getObject, RESPONSE_PARAMETERS } from "../operations/get-object.ts";
import { listObjects, listObjectsV2 } from "../operations/list-objects.ts";
import { listParts, listUploads } from "../operations/list-uploads.ts";
import { abortUpload, createUpload, uploadPart } from "../operations/multipart-uploads.ts";
import { getObjectAttributes, getObjectTagging } from "../operations/object-attributes.ts";
import { putObject } from "../operations/put-object.ts";
import { uploadPartCopy } from "../operations/upload-part-copy.ts";

/**
 * A route to an operation.
 *
 * `needs` lists required query parameters, `may` lists optional query parameters, and `needsField` is a required header. `fields` lists the
 * `x-amz-*` headers that the operation understands. A `*` at the end of a name matches any text.
 */
export type Route = {
  method: string;
  on: "service" | "bucket" | "object";
  needs?: readonly string[];
  needsField?: string;
  may?: readonly string[];
  fields?: readonly string[];
  run: Operation;
};

const BODY = ["x-amz-checksum-*", "x-amz-sdk-checksum-algorithm", "x-amz-trailer", "x-amz-decoded-content-length"];
const STORED = ["x-amz-meta-*", "x-amz-acl", "x-amz-storage-class"];
const READ = { may: [...RESPONSE_PARAMETERS, "partNumber"], fields: ["x-amz-checksum-mode"] };
const COPY = ["x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-metadata-directive", "x-amz-checksum-algorithm"];
// An SDK that sends an upload instead of a copy still sends `x-amz-metadata-directive`. Amazon S3 ignores this header in an upload.
const UPLOAD = ["x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-metadata-directive"];
const ATTRIBUTES = ["x-amz-object-attributes", "x-amz-max-parts", "x-amz-part-number-marker"];
const BUCKET_LISTING = ["prefix", "max-buckets", "continuation-token", "bucket-region"];
const COMPLETION = ["x-amz-checksum-*", "x-amz-mp-object-size"];
const UPLOAD_LISTING = ["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"];
const OLD_LISTING = ["prefix", "delimiter", "max-keys", "marker", "encoding-type"];
const LISTING = [
  "prefix",
  "delimiter",
  "max-keys",
  "start-after",
  "continuation-token",
  "encoding-type",
  "fetch-owner",
];

export const ROUTES: readonly Route[] = [
  { method: "GET", on: "service", may: BUCKET_LISTING, run: listBuckets },
  { method: "GET", on: "bucket", needs: ["list-type"], may: LISTING, run: listObjectsV2 },
  { method: "GET", on: "bucket", needs: ["versioning"], run: getBucketVersioning },
  { method: "GET", on: "bucket", needs: ["uploads"], may: UPLOAD_LISTING, run: listUploads },
  { method: "GET", on: "bucket", needs: ["location"], run: getBucketLocation },
  { method: "GET", on: "bucket", needs: ["cors"], run: getBucketCors },
  { method: "PUT", on: "bucket", needs: ["cors"], fields: BODY, run: putBucketCors },
  { method: "DELETE", on: "bucket", needs: ["cors"], run: deleteBucketCors },
  { method: "POST", on: "bucket", needs: ["delete"], fields: BODY, run: deleteObjects },
  { method: "GET", on: "bucket", may: OLD_LISTING, run: listObjects },
  { method: "HEAD", on: "bucket", run: headBucket },
  { method: "PUT", on: "bucket", fields: [...BODY, "x-amz-acl"], run: createBucket },
  { method: "DELETE", on: "bucket", run: deleteBucket },
  { method: "POST", on: "object", needs: ["uploads"], fields: [...STORED, ...UPLOAD], run: createUpload },
  {
    method: "PUT",
    on: "object",
    needs: ["uploadId", "partNumber"],
    needsField: "x-amz-copy-source",
    fields: ["x-amz-copy-source", "x-amz-copy-source-if-*", "x-amz-copy-source-range"],
    run: uploadPartCopy,
  },
  { method: "PUT", on: "object", needs: ["uploadId", "partNumber"], fields: BODY, run: uploadPart },
  { method: "GET", on: "object", needs: ["uploadId"], may: ["max-parts", "part-number-marker"], run: listParts },
  { method: "POST", on: "object", needs: ["uploadId"], fields: COMPLETION, run: completeUpload },
  { method: "DELETE", on: "object", needs: ["uploadId"], run: abortUpload },
  { method: "PUT", on: "object", needsField: "x-amz-copy-source", fields: [...STORED, ...COPY], run: copyObject },
  { method: "GET", on: "object", needs: ["tagging"], run: getObjectTagging },
  { method: "GET", on: "object", needs: ["attributes"], fields: ATTRIBUTES, run: getObjectAttributes },
  { method: "GET", on: "object", ...READ, run: getObject },
  { method: "HEAD", on: "object", ...READ, run: getObject },
  { method: "PUT", on: "object", fields: [...BODY, ...STORED], run: putObject },
  { method: "DELETE", on: "object", run: deleteObject },
];
