import type { AuditEvent } from "@valetkey/client";

export type Filter = "all" | "downloads" | "access" | "changes" | "sharing" | "refusals";

const actions: Record<Exclude<Filter, "all" | "downloads">, readonly string[]> = {
  access: ["url.issued", "link.opened", "link.claimed"],
  changes: [
    ...["note.created", "note.updated", "note.deleted", "note.restored", "note.purged"],
    ...[
      "attachment.uploaded",
      "attachment.adopted",
      "attachment.accepted",
      "attachment.rejected",
      "attachment.renamed",
    ],
    ...["attachment.moved", "attachment.copied", "attachment.deleted", "attachment.restored", "attachment.purged"],
    "link.received",
  ],
  sharing: [
    ...["share.granted", "share.revoked", "access.requested", "access.dismissed", "invitation.created"],
    ...["invitation.updated", "invitation.renewed", "invitation.revoked", "invitation.redeemed"],
    ...["link.created", "link.updated", "link.renewed", "link.revoked", "link.sent"],
  ],
  refusals: ["url.refused", "link.unlock_refused"],
};
/** The service counts the events with these purposes as downloads. */
const DOWNLOADS: readonly unknown[] = ["download", "zip"];

/** Returns whether a filter shows an event. The filter `downloads` shows the events that the chart counts, and `access` the other acts. */
export function isShown({ action, detail }: AuditEvent, filter: Filter): boolean {
  if (filter === "all") return true;
  const isDownload = actions.access.includes(action) && DOWNLOADS.includes(detail.purpose);
  if (filter === "downloads" || isDownload) return filter === "downloads" && isDownload;
  return actions[filter].includes(action);
}
