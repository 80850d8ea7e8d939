// The worker thread of the URL journal loads audit-event.ts, so audit-event.ts must not load Kysely.

import type { Disposition } from "../../platform/bucket/download-headers.ts";
import type { AuditRow } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AuditAction } from "../../platform/database/unions.ts";
import type { Caller } from "../access/caller.ts";

/**
 * An event of the audit log. An audit event never contains a URL, a signature, an object key or a token.
 * An event about one URL has one id in `attachmentIds`. An event about a batch of URLs has up to 1,000 ids.
 */
export type AuditEvent = {
  /** The id is a UUIDv7, so that ids sort by time. */
  id: string;
  /** The instant of the event, in milliseconds since the epoch. */
  at: number;
  action: AuditAction;
  actorId: string;
  noteId: string;
  /** The id of the note's owner, whose activity list shows the event. */
  ownerId: string;
  attachmentIds: readonly string[];
  /** The facts that pages show with the event, such as filename, sizeBytes, userId, role, expiresInSeconds, purpose and preview. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};

/** The note and the attachments that an event is about. */
export type EventSubject = Pick<AuditEvent, "noteId" | "ownerId" | "attachmentIds">;

type Described = Pick<AuditEvent, "id" | "at" | "detail"> & { caller: Caller; subject: EventSubject };

/** Makes an audit event about an action of the caller. */
export function auditEvent(action: AuditAction, { id, at, caller, subject, detail }: Described): AuditEvent {
  const { noteId, ownerId, attachmentIds } = subject;
  return { id, at, action, actorId: caller.userId, noteId, ownerId, attachmentIds, detail };
}

/** Makes the subject of an audit event about a note. */
export function aboutNote(note: { id: string; ownerId: string }): EventSubject {
  return { noteId: note.id, ownerId: note.ownerId, attachmentIds: [] };
}

/** Makes the subject of an audit event about one attachment. */
export function aboutFile(attachment: { id: string; noteId: string; ownerId: string }): EventSubject {
  return { noteId: attachment.noteId, ownerId: attachment.ownerId, attachmentIds: [attachment.id] };
}

/**
 * The purpose that the caller states for a URL. The audit event of the URL records the purpose. No access decision depends on the purpose.
 */
export type UrlPurpose = "download" | "view" | "thumbnail" | "zip" | "renewal";

/** Returns the purpose of a URL if the caller states no purpose. */
export function defaultPurpose(disposition: Disposition): "view" | "download" {
  return disposition === "inline" ? "view" : "download";
}

/** The purposes of URLs that count as downloads of their files. */
export const DOWNLOAD_PURPOSES: readonly UrlPurpose[] = ["download", "zip"];

/**
 * Returns whether an event is routine, which means that the event only accompanies another action of a person. Routine events are URLs for
 * thumbnails, renewed URLs, views by the owner of the file, and the first URLs of a claim. The URLs of a claim have no purpose in their
 * events. The event of the claim has the purpose, and is not routine. A list of events can omit routine events.
 */
export function isRoutine({ action, actorId, ownerId, detail }: Omit<AuditEvent, "id" | "at">): boolean {
  if (action !== "url.issued") return false;
  const { purpose, linkId } = detail;
  if (purpose === "thumbnail" || purpose === "renewal") return true;
  if (linkId !== undefined) return purpose === undefined;
  return purpose === "view" && actorId === ownerId;
}

/** The columns of an audit event. The URL journal stores the values in the order of `auditColumns`. */
export const auditColumns = [
  "id",
  "at",
  "action",
  "actor_id",
  "note_id",
  "owner_id",
  "attachment_ids",
  "detail",
  "is_routine",
] as const satisfies readonly (keyof Tables["audit_events"])[];

export function toAuditRow(event: AuditEvent): AuditRow {
  return {
    id: event.id,
    at: event.at,
    action: event.action,
    actor_id: event.actorId,
    note_id: event.noteId,
    owner_id: event.ownerId,
    attachment_ids: JSON.stringify(event.attachmentIds),
    detail: JSON.stringify(event.detail),
    is_routine: isRoutine(event) ? 1 : 0,
  };
}

/** The values of an event, in the order of `auditColumns`. */
export type AuditValues = (string | number)[];

export function toAuditValues(event: AuditEvent): AuditValues {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}
