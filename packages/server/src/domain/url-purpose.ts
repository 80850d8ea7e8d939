import type { AuditEvent } from "./audit-event.ts";
import type { Disposition } from "./serving.ts";

/** The use of a URL as its caller names it. It only describes the audit event, and no access depends on it. */
export type UrlPurpose = "download" | "view" | "thumbnail" | "zip" | "renewal";

/** The purpose of a URL whose caller names none. */
export function defaultPurpose(disposition: Disposition): UrlPurpose {
  return disposition === "inline" ? "view" : "download";
}

/**
 * Whether an event only accompanies what a person does: a URL for a thumbnail, a renewed URL, an owner's view of their own file, or
 * a URL of a link, whose claim is an event of its own. A list of events can omit these.
 */
export function isRoutine({ action, actorId, ownerId, detail }: Omit<AuditEvent, "id" | "at">): boolean {
  if (action !== "url.issued") return false;
  const { purpose, linkId } = detail;
  if (purpose === "thumbnail" || purpose === "renewal" || linkId !== undefined) return true;
  return purpose === "view" && actorId === ownerId;
}
