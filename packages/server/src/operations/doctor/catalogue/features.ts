import type { Entry } from "./entry.ts";

/** Features of S3 that the bucket lacks. */
export const featureFaults = {
  "copy-source-hole": {
    severity: "warning",
    title: "The bucket accepts x-amz headers that nobody signed",
    why: "A person who once had a URL of a file can copy it with an upload URL, after the share was revoked.",
  },
  "signed-length-ignored": {
    severity: "warning",
    title: "The bucket accepts a body of another length than signed",
    why: "An upload URL can store more bytes than declared. The service deletes them later.",
  },
  "signed-type-ignored": {
    severity: "warning",
    title: "The bucket accepts another content type than signed",
    why: "An upload URL can store a web page instead of an image. The service rejects it later.",
  },
  "type-lost": {
    severity: "warning",
    title: "The bucket does not store the content type",
    why: "The service compares the stored type with the declared one, and rejects the upload.",
  },
  "copy-broken": {
    severity: "error",
    title: "The bucket can't copy an object, and has no conditional PUT",
    why: "The service then copies each upload before it verifies it. Every upload fails.",
  },
  "copy-missing": {
    severity: "info",
    title: "The bucket can't copy an object",
    why: "The service copies only where conditional PUT is missing, so nothing fails now.",
  },
  "conditional-put-missing": {
    severity: "info",
    title: "The bucket has no conditional PUT",
    why: "The service copies each upload to a key without a URL, which costs time and space.",
  },
  "checksum-missing": {
    severity: "info",
    title: "The bucket does not verify a signed SHA-256",
    why: "The service reads each stored object back and compares it, which costs time and traffic.",
  },
  "parts-survive": {
    severity: "info",
    title: "The bucket accepts a part after its upload is complete",
    why: "The service copies each multipart upload to a key without a URL.",
  },
} as const satisfies Record<string, Entry>;
