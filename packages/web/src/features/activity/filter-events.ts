import type { AuditEvent } from "@valetkey/client";

export type Filter = "all" | "downloads" | "changes" | "sharing" | "refusals";

const actions: Record<Exclude<Filter, "all">, readonly string[]> = {
  downloads: ["url.issued"],
  changes: [
    "note.created",
    "note.updated",
    "note.deleted",
    "attachment.uploaded",
    "attachment.adopted",
    "attachment.rejected",
    "attachment.deleted",
  ],
  sharing: ["share.granted", "share.revoked"],
  refusals: ["url.refused", "attachment.rejected"],
};

export function filterEvents(events: readonly AuditEvent[], filter: Filter): readonly AuditEvent[] {
  return filter === "all" ? events : events.filter(({ action }) => actions[filter].includes(action));
}
