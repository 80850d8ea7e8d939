import type { Disposition } from "../../platform/bucket/serving.ts";
import type { AuditEvent } from "./audit-event.ts";

/** The purpose that the caller states for a URL. The audit event records the purpose. No access decision depends on it. */
export type UrlPurpose = "download" | "view" | "thumbnail" | "zip" | "renewal";

/** Returns the purpose of a URL if the caller states no purpose. */
export function defaultPurpose(disposition: Disposition): "view" | "download" {
  return disposition === "inline" ? "view" : "download";
}

/** The purposes of URLs that count as downloads of their files. */
export const DOWNLOAD_PURPOSES: readonly UrlPurpose[] = ["download", "zip"];

/**
 * Whether an event is routine, which means that it only accompanies another action of a person. Routine events are a URL for a thumbnail, a
 * renewed URL, a view by the owner of the file, and the first URLs of a claim, which have no purpose. The event of the claim has the
 * purpose, and is not routine. A list of events can omit routine events.
 */
export function isRoutine({ action, actorId, ownerId, detail }: Omit<AuditEvent, "id" | "at">): boolean {
  if (action !== "url.issued") return false;
  const { purpose, linkId } = detail;
  if (purpose === "thumbnail" || purpose === "renewal") return true;
  if (linkId !== undefined) return purpose === undefined;
  return purpose === "view" && actorId === ownerId;
}
