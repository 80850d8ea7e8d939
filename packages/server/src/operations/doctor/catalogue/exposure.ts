import type { Entry } from "./entry.ts";

/** Faults that give people access to the bucket that they should not have. */
export const exposureFaults = {
  "anonymous-list": {
    severity: "error",
    title: "Anyone can list the bucket",
    why: "A list has the keys of all objects. Anyone can then see what exists, and try to read it.",
  },
  "anonymous-read": {
    severity: "error",
    title: "Anyone can read the objects of the bucket",
    why: "Shares, expiry and revocation protect nothing, because a key alone opens the file.",
  },
  "anonymous-write": {
    severity: "error",
    title: "Anyone can write to the bucket",
    why: "Anyone can store files at your cost, and replace files of others.",
  },
  "signature-age-uploads": {
    severity: "error",
    title: "The bucket refuses upload URLs before they expire",
    why: "Upload URLs live for 15 minutes. A slow or resumed upload fails before that.",
  },
  "signature-age-downloads": {
    severity: "warning",
    title: "The bucket refuses URLs before URL_TTL_MAX",
    why: "The service promises URLs that live longer than the bucket accepts them.",
  },
  "signature-age-unlimited": {
    severity: "info",
    title: "The bucket policy sets no ceiling on the age of signatures",
    why: "A URL that a stolen key signs works for up to seven days.",
  },
  "policy-lists-buckets": {
    severity: "info",
    title: "The credentials may list all buckets of the account",
    why: "The service does not need it. A stolen key reveals more than necessary.",
  },
} as const satisfies Record<string, Entry>;
