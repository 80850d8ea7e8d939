import type { Entry } from "./entry.ts";

/** Faults that a whole upload and download of a test object shows. */
export const transferFaults = {
  "etag-lost": {
    severity: "error",
    title: "Responses for objects have no ETag",
    why: "The service and browsers compare the ETag of what they uploaded, so uploads fail.",
  },
  "range-ignored": {
    severity: "error",
    title: "Downloads ignore the header Range",
    why: "The service reads parts of files to verify them. Videos can't seek, and a broken download starts again.",
  },
  "download-headers-lost": {
    severity: "error",
    title: "Downloads lack the headers that their URL sets",
    why: "Browsers show files as pages that they should only save, and save files under wrong names.",
  },
  "download-changed": {
    severity: "error",
    title: "A download returns other bytes than the upload stored",
    why: "A proxy changes files, or another web server responds instead of the bucket.",
  },
  "cloudfront-unusable": {
    severity: "error",
    title: "CloudFront serves no downloads",
    why: "The service signs all download URLs for CLOUDFRONT_DOMAIN.",
  },
} as const satisfies Record<string, Entry>;
