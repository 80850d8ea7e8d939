import type { S3Request } from "../http/request.ts";
import type { XmlElements } from "../http/xml.ts";

/** Returns the owner of all buckets and objects. Listings contain this owner. */
export function ownerOf({ verified }: S3Request): XmlElements {
  return { ID: verified.accessKeyId, DisplayName: verified.accessKeyId };
}
