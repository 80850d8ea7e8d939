import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { previewQueries } from "../attachments/preview-queries.ts";
import { completePreviews } from "./complete.ts";
import { createMissingPreviews } from "./jobs.ts";
import { LATE_PREVIEW_MS, startPreviews } from "./start.ts";

export type PreviewVerbs = ReturnType<typeof createPreviews>;

export function createPreviews(deps: Deps, { allowance }: { allowance: Allowance }) {
  return {
    startPreviews: startPreviews(deps, { allowance }),
    completePreviews: completePreviews(deps, { allowance }),
    dropUnconfirmedPreviews: dropUnconfirmedPreviews(deps),
    ...createMissingPreviews(deps),
  };
}

const BATCH = 500;

/** Deletes the previews that no client confirmed within an hour, and their objects. */
function dropUnconfirmedPreviews({ db, clock, onDeletionsQueued }: Deps) {
  return async (): Promise<void> => {
    let dropped: number;
    do {
      dropped = await previewQueries(db).dropUnconfirmed(clock() - LATE_PREVIEW_MS, BATCH);
      if (dropped > 0) onDeletionsQueued();
    } while (dropped === BATCH);
  };
}
