import { S3Error } from "../errors.ts";
import type { S3Request } from "./request.ts";

/** Every operation accepts these headers. The value of each header must be the id of the owner in listings. */
export const OWNER_FIELDS = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];

/** Throws AccessDenied if the client expects another owner of the bucket. */
export function checkOwner({ field, verified }: S3Request): void {
  for (const name of OWNER_FIELDS) {
    const expected = field(name);
    if (expected !== undefined && expected !== verified.accessKeyId) throw new S3Error("AccessDenied", "Access Denied");
  }
}
