// The worker thread of the URL journal loads this file, so the file must not load Kysely.

import type { Disposition } from "../../platform/bucket/download-headers.ts";
import type { AuditRow } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AuditAction } from "../../platform/database/unions.ts";
import type { Caller } from "../access/caller.ts";

/**
 * An event of the audit log, which never contains a URL, a signature, an object key or a token. An event about one URL has one id in
 * `attachmentIds`. An event about a batch of URLs has up to 1,000 ids.
 */
export type AuditEvent = {
  /** A UUIDv7, so that ids sort by time. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  action: AuditAction;
  actorId: string;
  noteId: string;
  /** The owner of the note, whose activity contains the event. */
  ownerId: string;
  attachmentIds: readonly string[];
  /** The details that pages show with the event, such as filename, sizeBytes, userId, role, expiresInSeconds, purpose and preview. */
  detail: Readonly<Record<string, string | number | boolean | null>>;
};

export type EventSubject = Pick<AuditEvent, "noteId" | "ownerId" | "attachmentIds">;

type Described = Pick<AuditEvent, "id" | "at" | "detail"> & { caller: Caller; subject: EventSubject };

export function auditEvent(action: AuditAction, { id, at, caller, subject, detail }: Described): AuditEvent {
  const { noteId, ownerId, attachmentIds } = subject;
  return { id, at, action, actorId: caller.userId, noteId, ownerId, attachmentIds, detail };
}

export function aboutNote(note: { id: string; ownerId: string }): EventSubject {
  return { noteId: note.id, ownerId: note.ownerId, attachmentIds: [] };
}

export function aboutFile(attachment: { id: string; noteId: string; ownerId: string }): EventSubject {
  return { noteId: attachment.noteId, ownerId: attachment.ownerId, attachmentIds: [attachment.id] };
}

/** The purpose of a URL, as the caller states it. The audit event of the URL records the purpose. No access decision depends on it. */
export type UrlPurpose = "download" | "view" | "thumbnail" | "zip" | "renewal";

/** Returns the purpose of a URL for a caller who states none. */
export function defaultPurpose(disposition: Disposition): "view" | "download" {
  return disposition === "inline" ? "view" : "download";
}

/** The purposes of URLs that count as downloads of their files. */
export const DOWNLOAD_PURPOSES: readonly UrlPurpose[] = ["download", "zip"];

/**
 * Returns whether an event is routine: it only accompanies another action of a person. Routine events are URLs for thumbnails, renewed
 * URLs, views of the owner's own files, and the URLs that belong to a claim of a visitor. The event of the claim itself is not routine, and
 * contains the purpose. A list can omit routine events.
 */
export function isRoutine({ action, actorId, ownerId, detail }: Omit<AuditEvent, "id" | "at">): boolean {
  if (action !== "url.issued") return false;
  const { purpose, linkId } = detail;
  if (purpose === "thumbnail" || purpose === "renewal") return true;
  if (linkId !== undefined) return purpose === undefined;
  return purpose === "view" && actorId === ownerId;
}

/** The columns of an audit event, in the order of the values in the URL journal. */
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

export type AuditValues = (string | number)[];

export function toAuditValues(event: AuditEvent): AuditValues {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}
