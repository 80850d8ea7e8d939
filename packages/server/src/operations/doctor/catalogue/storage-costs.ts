import type { Entry } from "./entry.ts";

/** Faults in the settings of the bucket that delete files, or let the storage costs grow. */
export const storageCostFaults = {
  "lifecycle-deletes": {
    severity: "error",
    title: "A lifecycle rule deletes files",
    why: "The notes still show the files, and nobody can download them any more.",
  },
  "lifecycle-archives": {
    severity: "error",
    title: "A lifecycle rule moves files to an archive",
    why: "The bucket refuses to read an archived object until somebody restores it. Downloads of older files fail.",
  },
  "lifecycle-missing": {
    severity: "warning",
    title: "No lifecycle rule removes unfinished multipart uploads",
    why: "Parts of abandoned uploads cost money. No listing of objects shows them.",
  },
  "versions-kept": {
    severity: "warning",
    title: "Versioning is on, and old versions never expire",
    why: "The bytes of deleted files stay in the bucket for ever. They cost money and can still leak.",
  },
} as const satisfies Record<string, Entry>;
