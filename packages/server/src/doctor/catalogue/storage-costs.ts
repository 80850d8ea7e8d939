import type { Entry } from "./entry.ts";

/** Faults in the settings of the bucket that let the storage costs grow. */
export const storageCostFaults = {
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
