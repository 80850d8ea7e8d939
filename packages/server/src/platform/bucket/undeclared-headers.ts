import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";

/**
 * Browsers send these values of Cache-Control themselves when their cache is off. Source: Fetch standard, "HTTP-network-or-cache fetch".
 */
const BROWSER_CACHE_CONTROL = /^(?:no-cache|max-age=0)$/;

/**
 * Lists the headers of a stored object that the service never declares in an upload. The bucket would send these headers to every reader,
 * and `Content-Encoding` even changes the bytes that a reader gets. The list leaves out storage class and encryption, because a server may
 * set these two itself.
 */
export function undeclaredHeaders(found: HeadObjectCommandOutput): string[] {
  const isFromBrowser = BROWSER_CACHE_CONTROL.test(found.CacheControl ?? "");
  const stored = {
    "Content-Encoding": encodingOf(found),
    "Cache-Control": isFromBrowser ? undefined : found.CacheControl,
    Expires: found.ExpiresString,
    "Content-Language": found.ContentLanguage,
    "Content-Disposition": found.ContentDisposition,
    "x-amz-website-redirect-location": found.WebsiteRedirectLocation,
  };
  const headers = Object.entries(stored).flatMap(([name, value]) => (value ? [name] : []));
  const hasMetadata = Object.keys(found.Metadata ?? {}).length > 0 || Boolean(found.MissingMeta);
  return hasMetadata ? [...headers, "x-amz-meta-*"] : headers;
}

/**
 * Returns the content encoding without `aws-chunked`. This value describes the upload request and not the object, but some servers store
 * this value.
 */
function encodingOf({ ContentEncoding = "" }: HeadObjectCommandOutput): string {
  const encodings = ContentEncoding.split(",").map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== "" && encoding.toLowerCase() !== "aws-chunked").join(", ");
}
