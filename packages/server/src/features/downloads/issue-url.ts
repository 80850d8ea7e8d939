import type { PreviewName } from "@valetkey/contract";
import type { Disposition } from "../../platform/bucket/download-headers.ts";
import type { SignedUrl } from "../../platform/bucket/port.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AttachmentState, Role } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest, noSuch } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { type Arrive, permits, roleOf } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries, type DownloadAccess, type Downloadable } from "../access/queries.ts";
import { previewQueries, type StoredPreview } from "../attachments/preview-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { aboutFile, auditEvent, defaultPurpose, type UrlPurpose } from "../audit/audit-event.ts";
import { urlAuditLog } from "../audit/queries.ts";
import { adoptionQueries } from "../storage/queries.ts";
import type { Refusals } from "./record-refusals.ts";

const ONLY_INLINE = "cacheable is for pictures that pages show: use it with disposition=inline.";

export type UrlParts = { refusals: Refusals; allowance: Allowance; arrive: Arrive };

export type IssuedUrl = {
  fileUrl: string;
  /** In whole seconds. Shorter than requested if the URL is cacheable or if the credentials of the bucket expire earlier. */
  expiresInSeconds: number;
  expiresAt: number;
};

/**
 * Issues one download URL: checks the access, signs the URL and records an audit event. The event is on disk before the caller gets the
 * URL. Default of `expiresInSeconds`: from the configuration. Default of `purpose`: from the disposition. Throws `invalid_request`,
 * `expires_in_out_of_range`, `attachment_not_found`, `access_denied`, `attachment_not_ready`, `rate_limited`, and `preview_not_found` if
 * the file has no such preview.
 */
export function issueUrl(deps: Deps, { refusals, allowance, arrive }: UrlParts) {
  const { db, clock, limits, newId } = deps;
  return async (
    caller: Caller,
    input: {
      attachmentId: string;
      expiresInSeconds: number | undefined;
      disposition: Disposition;
      purpose: UrlPurpose | undefined;
      /** All requests within half of the expiry get the same URL, so that browsers can cache the file. Only for inline URLs. */
      isCacheable: boolean;
      /** If set, the URL is for this preview picture of the file. The URL of a preview is always inline. */
      preview?: PreviewName | undefined;
      /** Undefined: the URL works for every client. */
      clientIp: string | undefined;
    },
  ): Promise<IssuedUrl> => {
    const { isCacheable, clientIp, preview } = input;
    const disposition = preview === undefined ? input.disposition : "inline";
    if (isCacheable && disposition !== "inline") throw invalidRequest(ONLY_INLINE);
    allowance.take(caller.userId, 1);
    const access =
      (await accessQueries(db).download(caller.userId, input.attachmentId)) ??
      (await byOldId(db, caller, input.attachmentId));
    if (access === undefined) throw noSuch("attachment");
    const { attachment } = access;
    const role = roleOf(caller, { noteId: attachment.noteId, role: access.role });
    if (!permits(role, "attachment.issueUrl")) {
      refusals.record(caller, [attachment]);
      throw new DomainError("access_denied", "Access denied");
    }
    if (attachment.state !== "ready" && (await findHidden(db, caller, [access])).has(attachment.id))
      throw noSuch("attachment");
    checkExpiry(input.expiresInSeconds, longestExpiry(limits, role));
    requireReady(attachment);
    const served = preview === undefined ? attachment : await previewOf(db, { attachment, preview });
    const expiresInSeconds = input.expiresInSeconds ?? defaultExpiry(limits, role);
    const now = clock();
    const cacheWindowSeconds = isCacheable ? windowOf(expiresInSeconds) : undefined;
    const signed = await sign(deps, {
      attachment: served,
      disposition,
      expiresInSeconds,
      now,
      cacheWindowSeconds,
      clientIp,
    });
    const leftSeconds = Math.ceil((signed.expiresAt - now) / 1000);
    const purpose = input.purpose ?? usualPurpose(disposition, preview);
    const detail = { expiresInSeconds: Math.min(expiresInSeconds, leftSeconds), purpose, ...(preview && { preview }) };
    const event = { id: newId(), caller, subject: aboutFile(attachment), at: clock(), detail };
    await urlAuditLog(db).record(auditEvent("url.issued", event));
    // A thumbnail does not mean that the user has opened the file, because lists also show thumbnails.
    if (role !== "owner" && purpose !== "thumbnail") {
      const opened = { noteId: attachment.noteId, attachmentIds: [attachment.id] };
      const arrived = arrive(caller, opened, { isFrequent: true });
      if (arrived !== undefined) await arrived;
    }
    return { fileUrl: signed.url, expiresInSeconds: detail.expiresInSeconds, expiresAt: signed.expiresAt };
  };
}

/** Finds the access to a file by the id that the file had in another application, before `valetkey adopt --list` adopted the file. */
async function byOldId(tx: Tx, { userId }: Caller, oldId: string) {
  const attachmentId = await adoptionQueries(tx).findByOldId(oldId);
  return attachmentId === undefined ? undefined : accessQueries(tx).download(userId, attachmentId);
}

/** Returns the ids of the files that `isHiddenFrom` hides from the caller. Queries the database only if a file is not ready. */
export async function findHidden(
  tx: Tx,
  caller: Caller,
  found: Iterable<DownloadAccess>,
): Promise<ReadonlySet<string>> {
  const ids: string[] = [];
  for (const { attachment, role } of found) {
    if (attachment.state === "ready") continue;
    if (roleOf(caller, { noteId: attachment.noteId, role }) === "viewer") ids.push(attachment.id);
  }
  return ids.length === 0 ? new Set() : attachmentQueries(tx).hiddenFromViewers(ids);
}

export function usualPurpose(disposition: Disposition, preview: PreviewName | undefined): UrlPurpose {
  return preview === "small" ? "thumbnail" : defaultPurpose(disposition);
}

export function noPreview(): DomainError {
  return new DomainError("preview_not_found", "The file has no such preview.");
}

/** Returns a preview of a file in the form that `sign` needs. Throws `preview_not_found`. */
async function previewOf(
  tx: Tx,
  { attachment, preview }: { attachment: Downloadable; preview: PreviewName },
): Promise<Downloadable> {
  const stored = (await previewQueries(tx).findConfirmed(preview, [attachment.id])).get(attachment.id);
  if (stored === undefined) throw noPreview();
  return asPreview(attachment, stored);
}

export function asPreview(attachment: Downloadable, { objectKey, contentType }: StoredPreview): Downloadable {
  const filename = contentType === "image/webp" ? "preview.webp" : "preview.jpg";
  return { ...attachment, objectKey, contentType, filename };
}

/** Throws `expires_in_out_of_range` unless the requested expiry is a whole number from 1 to `longest`. */
export function checkExpiry(requested: number | undefined, longest: number): void {
  if (requested === undefined || (Number.isInteger(requested) && requested >= 1 && requested <= longest)) return;
  throw new DomainError(
    "expires_in_out_of_range",
    `expiresIn must be a whole number of seconds from 1 to ${longest} for this file.`,
  );
}

/** Returns the longest expiry that a role may request, in seconds. Shorter for people with a share, because a revocation ends no URL. */
export function longestExpiry(limits: Limits, role: Role | undefined): number {
  return role === "owner" ? limits.urlTtlMaxSeconds : limits.urlTtlMaxSharedSeconds;
}

/** Returns the default expiry of a URL, in seconds. */
export function defaultExpiry(limits: Limits, role: Role | undefined): number {
  return Math.min(limits.urlTtlDefaultSeconds, longestExpiry(limits, role));
}

/** Signs the download URL of a ready attachment. The bucket adapter ensures that the disposition and the content type are safe to serve. */
export function sign(
  { bucket }: Deps,
  options: {
    attachment: Downloadable;
    disposition: Disposition;
    expiresInSeconds: number;
    now: number;
    cacheWindowSeconds?: number | undefined;
    clientIp: string | undefined;
  },
): SignedUrl | Promise<SignedUrl> {
  const { attachment, disposition, expiresInSeconds, now, cacheWindowSeconds, clientIp } = options;
  const { objectKey, filename, contentType } = attachment;
  // Names each field, because a spread of `options` would take a tenth of the time of the signature.
  return bucket.presignGet({
    objectKey,
    filename,
    contentType,
    disposition,
    expiresInSeconds,
    now,
    cacheWindowSeconds,
    clientIp,
  });
}

/**
 * Returns the length of the cache window: half of the expiry. A client can therefore use a cacheable URL for at least half of the expiry.
 * Throws `expires_in_out_of_range` for an expiry under 2 seconds.
 */
export function windowOf(expiresInSeconds: number): number {
  if (expiresInSeconds >= 2) return Math.floor(expiresInSeconds / 2);
  throw new DomainError("expires_in_out_of_range", "expiresIn must be at least 2 seconds for a cacheable URL.");
}

function requireReady(attachment: Downloadable): void {
  if (attachment.state === "ready") return;
  throw new DomainError("attachment_not_ready", whyNotReady(attachment.state));
}

function whyNotReady(state: AttachmentState): string {
  if (isBeingVerified(state)) {
    return `The file can't be downloaded yet: it is being verified (${state}). Try again in a moment.`;
  }
  if (state === "quarantined") return "The file can't be downloaded yet: a visitor sent it. Accept it first.";
  return `The file can't be downloaded: its upload is ${state}.`;
}
