import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Arrive } from "../access/authorise.ts";
import { abortUpload, expireUploads } from "./abort.ts";
import { attachFile } from "./attach-form.ts";
import { completeUpload } from "./complete.ts";
import { leaseVerification, renewVerification, runVerification } from "./jobs.ts";
import { getUpload, signParts } from "./parts.ts";
import { renameFile } from "./rename-file.ts";
import { startUpload } from "./start.ts";

export type UploadVerbs = ReturnType<typeof createUploads>;

/** Creates what the rest of the service does with this feature. */
export function createUploads(deps: Deps, { arrive, starts }: { arrive: Arrive; starts: Allowance }) {
  return {
    attachFile: attachFile(deps, { allowance: starts, arrive }),
    renameFile: renameFile(deps),
    startUpload: startUpload(deps, { allowance: starts, arrive }),
    getUpload: getUpload(deps),
    signParts: signParts(deps),
    completeUpload: completeUpload(deps),
    abortUpload: abortUpload(deps),
    expireUploads: expireUploads(deps),
    leaseVerification: leaseVerification(deps),
    renewVerification: renewVerification(deps),
    runVerification: runVerification(deps),
  };
}
