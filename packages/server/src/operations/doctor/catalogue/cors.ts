import type { Entry } from "./entry.ts";

/** Faults of the bucket that only affect browsers. */
export const corsFaults = {
  "cors-missing": {
    severity: "error",
    title: "The bucket has no CORS configuration",
    why: "Browsers refuse to upload to the bucket and to show its files.",
  },
  "cors-origin": {
    severity: "error",
    title: "The CORS configuration does not allow the origin of the service",
    why: "Browsers refuse to upload to the bucket and to show its files.",
  },
  "cors-method": {
    severity: "error",
    title: "The CORS configuration does not allow a method",
    why: "Browsers need GET to show files, HEAD to read their size, and PUT to upload.",
  },
  "cors-headers": {
    severity: "error",
    title: "The CORS configuration does not allow the headers of an upload",
    why: "Browsers send the content type, the checksum and the condition of an upload, and stop without permission.",
  },
  "cors-etag": {
    severity: "error",
    title: "The CORS configuration does not expose ETag",
    why: "A page can't read the ETag of a part, so multipart uploads fail.",
  },
  "mixed-content": {
    severity: "error",
    title: "The pages use https, and the bucket uses http",
    why: "Browsers block such requests as mixed content, so no file can be uploaded or shown.",
  },
  "public-endpoint-unreachable": {
    severity: "error",
    title: "The public endpoint of the bucket does not respond",
    why: "Browsers get URLs at S3_PUBLIC_ENDPOINT.",
  },
  "public-endpoint-refuses": {
    severity: "error",
    title: "The public endpoint refuses a signed URL that the bucket accepts",
    why: "A proxy in front of the bucket changes the Host header, the path, the query or another header.",
  },
} as const satisfies Record<string, Entry>;
