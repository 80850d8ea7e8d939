import { invalidArgument, S3Error } from "../errors.ts";
import type { ObjectHeaders } from "../store/database.ts";
import type { Fields, S3Request } from "./request.ts";

export const STORED_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
] as const;

/** The values that browsers with a disabled cache send. Source: Fetch standard, "HTTP-network-or-cache fetch". */
const BROWSER_CACHE_CONTROL = /^(?:no-cache|max-age=0)$/;
const METADATA_PREFIX = "x-amz-meta-";
const MAX_METADATA_BYTES = 2048;
// The permitted characters of an HTTP/1.1 header value: visible ASCII, space, tab, and the bytes from 0x80.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Reads the headers that the bucket stores with an object. Throws MetadataTooLarge for more than 2 KiB of user metadata. */
export function readObjectHeaders(request: Fields): ObjectHeaders {
  const headers: Record<string, string> = {};
  for (const name of STORED_HEADERS) {
    const value = name === "content-encoding" ? contentEncoding(request) : request.field(name);
    if (value !== undefined) headers[name] = checkHeaderValue(name, value);
  }
  headers["content-type"] ??= "binary/octet-stream";
  return { headers, metadata: readMetadata(request) };
}

/**
 * Refuses headers that the signature of a presigned URL does not cover, but that the bucket would store with the object and send to every
 * reader. Two headers may be unsigned: `Content-Type`, which clients such as curl add, and `Cache-Control`, which browsers add. Amazon S3
 * refuses only unsigned `x-amz-*` headers.
 */
export function refuseUnsignedHeaders({ verified, field }: S3Request): void {
  if (verified.kind !== "query") return;
  const unsigned = STORED_HEADERS.filter((name) => {
    const value = field(name);
    const isHarmless = name === "content-type" || (name === "cache-control" && BROWSER_CACHE_CONTROL.test(value ?? ""));
    return value !== undefined && !isHarmless && !verified.signedHeaders.includes(name);
  });
  if (unsigned.length === 0) return;
  throw new S3Error("AccessDenied", "There were headers present in the request which were not signed", {
    details: { HeadersNotSigned: unsigned.join(", ") },
  });
}

/** Returns `value`. Throws InvalidArgument if a header cannot contain it. */
export function checkHeaderValue(name: string, value: string): string {
  if (HEADER_VALUE.test(value)) return value;
  throw invalidArgument("Header value cannot be represented using ISO-8859-1.", { ArgumentName: name });
}

export function toResponseHeaders({ headers, metadata }: ObjectHeaders): Record<string, string> {
  const given: Record<string, string> = { ...headers };
  for (const [name, value] of Object.entries(metadata)) given[`${METADATA_PREFIX}${name}`] = value;
  return given;
}

/** Returns the content encoding of the object: without `aws-chunked`, which is only the encoding of the request. */
function contentEncoding(request: Fields): string | undefined {
  const encodings = (request.field("content-encoding") ?? "").split(",").map((encoding) => encoding.trim());
  const kept = encodings.filter((encoding) => encoding !== "" && encoding.toLowerCase() !== "aws-chunked");
  return kept.length > 0 ? kept.join(", ") : undefined;
}

function readMetadata(request: Fields): Record<string, string> {
  const metadata: [string, string][] = [];
  let sizeBytes = 0;
  for (const field of request.amzFields) {
    if (!field.startsWith(METADATA_PREFIX)) continue;
    const name = field.slice(METADATA_PREFIX.length);
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw invalidArgument("A metadata name cannot be a header name.", { ArgumentName: field });
    }
    const value = checkHeaderValue(field, request.field(field) ?? "");
    metadata.push([name, value]);
    sizeBytes += name.length + value.length;
  }
  if (sizeBytes <= MAX_METADATA_BYTES) return Object.fromEntries(metadata);
  throw new S3Error("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", {
    details: { MaxSizeAllowed: String(MAX_METADATA_BYTES), Size: String(sizeBytes) },
  });
}
