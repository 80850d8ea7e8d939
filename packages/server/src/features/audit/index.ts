import type { Deps } from "../../platform/deps.ts";
import { countDownloads, countNoteDownloads, listActivity, listNoteActivity } from "./activity.ts";
import { expireAuditEvents } from "./retention.ts";

export type AuditVerbs = ReturnType<typeof createAudit>;

/** Creates what the rest of the service does with this feature. */
export function createAudit(deps: Deps) {
  return {
    listNoteActivity: listNoteActivity(deps),
    listActivity: listActivity(deps),
    countDownloads: countDownloads(deps),
    countNoteDownloads: countNoteDownloads(deps),
    expireAuditEvents: expireAuditEvents(deps),
  };
}
