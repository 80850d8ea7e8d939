import type { AuditEvent } from "@valetkey/client";

export type Filter = "all" | "downloads" | "access" | "changes" | "sharing" | "refusals";

const ACCESS: readonly string[] = ["url.issued", "link.opened", "link.claimed"];
const REFUSALS: readonly string[] = ["url.refused", "link.unlock_refused"];
/** The purposes of the events that the service counts as downloads. */
const DOWNLOADS: readonly unknown[] = ["download", "zip"];

/**
 * Returns whether a filter shows an event. The filter `downloads` shows the events in the chart, and `access` shows all other uses of files
 * and links.
 */
export function isShown({ action, detail }: AuditEvent, filter: Filter): boolean {
  return filter === "all" || filter === filterOf(action, detail.purpose);
}

function filterOf(action: string, purpose: unknown): Filter | undefined {
  if (ACCESS.includes(action)) return DOWNLOADS.includes(purpose) ? "downloads" : "access";
  if (REFUSALS.includes(action)) return "refusals";
  if (action === "link.received" || /^(?:note|attachment)\./.test(action)) return "changes";
  return /^(?:share|access|invitation|link)\./.test(action) ? "sharing" : undefined;
}
