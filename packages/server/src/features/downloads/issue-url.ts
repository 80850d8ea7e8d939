import type { PreviewName } from "@valetkey/contract";
import type { SignedUrl } from "../../platform/bucket/port.ts";
import type { Disposition } from "../../platform/bucket/serving.ts";
import type { Limits } from "../../platform/config/limits.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AttachmentState, Role } from "../../platform/database/unions.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { type Arrive, permits, roleOf } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { accessQueries, type DownloadAccess, type Downloadable } from "../access/queries.ts";
import { previewQueries, type StoredPreview } from "../attachments/preview-queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { type AuditEvent, aboutFile, auditEvent, defaultPurpose, type UrlPurpose } from "../audit/audit-event.ts";
import { urlAuditLog } from "../audit/queries.ts";
import { requireEnabled } from "../people/revocation.ts";
import { adoptionQueries } from "../storage/queries.ts";
import type { Refusals } from "./record-refusals.ts";

const ONLY_PREVIEWS = "In a batch, cacheable is for previews: use it with preview.";
const ONLY_INLINE = "cacheable is for pictures that pages show: use it with disposition=inline.";

/** The use cases for single URLs and for batches share the helpers of issue-url.ts. */
type UrlParts = { refusals: Refusals; allowance: Allowance; arrive: Arrive };

export type IssuedUrl = {
  fileUrl: string;
  /**
   * The expiry is in whole seconds, and is shorter than requested for a cacheable URL, or if the credentials of the bucket expire earlier.
   */
  expiresInSeconds: number;
  expiresAt: number;
};

/**
 * Issues one download URL: checks the access, signs the URL and records an audit event. The event is on the disk before the service returns
 * the URL. `expiresInSeconds`: the default comes from the configuration. `purpose`: the default comes from the disposition. The function
 * `issueUrl` throws `invalid_request`, `expires_in_out_of_range`, `attachment_not_found`, `access_denied`, `attachment_not_ready`,
 * `rate_limited`, and `preview_not_found` if the file has no such preview.
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
      /**
       * Requests within a time window of half the expiry return an equal URL, so that browsers can cache the file. Only inline URLs can be
       * cacheable.
       */
      isCacheable: boolean;
      /** With `preview`, the URL is for a preview picture of the file, and always inline. */
      preview?: PreviewName | undefined;
      /** If `clientIp` is undefined, the URL works for every client. */
      clientIp: string | undefined;
    },
  ): Promise<IssuedUrl> => {
    const { isCacheable, clientIp, preview } = input;
    const disposition = preview === undefined ? input.disposition : "inline";
    if (isCacheable && disposition !== "inline") throw new DomainError("invalid_request", ONLY_INLINE);
    allowance.take(caller.userId, 1);
    const access =
      (await accessQueries(db).download(caller.userId, input.attachmentId)) ??
      (await byOldId(db, caller, input.attachmentId));
    if (access === undefined) throw notFound();
    const { attachment } = access;
    const role = roleOf(caller, { noteId: attachment.noteId, role: access.role });
    if (!permits(role, "attachment.issueUrl")) {
      refusals.record(caller, [attachment]);
      throw new DomainError("access_denied", "Access denied");
    }
    if (attachment.state !== "ready" && (await findHidden(db, caller, [access])).has(attachment.id)) throw notFound();
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

/** Decides the access to a file by its id in another application, after `valetkey adopt --list` has adopted the file. */
async function byOldId(tx: Tx, { userId }: Caller, oldId: string) {
  const attachmentId = await adoptionQueries(tx).findByOldId(oldId);
  return attachmentId === undefined ? undefined : accessQueries(tx).download(userId, attachmentId);
}

/**
 * Returns the ids of the files that `isHiddenFrom` hides from the caller. The function `findHidden` queries the database only if a file is
 * not ready.
 */
async function findHidden(tx: Tx, caller: Caller, found: Iterable<DownloadAccess>): Promise<ReadonlySet<string>> {
  const ids: string[] = [];
  for (const { attachment, role } of found) {
    if (attachment.state === "ready") continue;
    if (roleOf(caller, { noteId: attachment.noteId, role }) === "viewer") ids.push(attachment.id);
  }
  return ids.length === 0 ? new Set() : attachmentQueries(tx).hiddenFromViewers(ids);
}

function notFound(): DomainError {
  return new DomainError("attachment_not_found", "Attachment not found");
}

function usualPurpose(disposition: Disposition, preview: PreviewName | undefined): UrlPurpose {
  return preview === "small" ? "thumbnail" : defaultPurpose(disposition);
}

export function noPreview(): DomainError {
  return new DomainError("preview_not_found", "The file has no such preview.");
}

/** Returns the preview of a file in the form in which the service signs a URL. Throws `preview_not_found`. */
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

/**
 * Returns the longest expiry that a role may request, in seconds.
 * A user who is not the owner gets a shorter limit, because a URL works until its expiry, even after a revocation.
 */
function longestExpiry(limits: Limits, role: Role | undefined): number {
  return role === "owner" ? limits.urlTtlMaxSeconds : limits.urlTtlMaxSharedSeconds;
}

/** Returns the default expiry of a URL in seconds, for a request without an expiry. */
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
  // The code names each field, because spreading `options` would take a tenth of the time of the signature.
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
 * Returns the cache window, which is half of the expiry. A client that gets a cacheable URL can use the URL for at least half of the
 * expiry. The function `windowOf` throws `expires_in_out_of_range` below 2 seconds.
 */
function windowOf(expiresInSeconds: number): number {
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

const REFUSALS = [
  "attachment_not_found",
  "access_denied",
  "attachment_not_ready",
  "preview_not_found",
  "expires_in_out_of_range",
] as const;

/** The error code of a refused URL in a batch. */
export type UrlRefusal = (typeof REFUSALS)[number];

export function isUrlRefusal(code: string): code is UrlRefusal {
  return (REFUSALS as readonly string[]).includes(code);
}

type IssuedOfNote = { noteId: string; expiresInSeconds: number; attachments: Downloadable[] };

export type BatchAnswer =
  | { attachmentId: string; fileUrl: string; expiresAt: number }
  | { attachmentId: string; code: UrlRefusal };

/**
 * Issues up to 1,000 download URLs with one access query. Returns one result for each id, in the order of the request. Records one audit
 * event for each note. All events are on the disk before the service returns a URL.
 * All refused URLs of a note count as one refusal.
 * The default of `purpose` is `download`. The function `issueUrls` throws `expires_in_out_of_range`, `rate_limited`, and for a disabled
 * user `access_denied` or `account_closed`. After an error, the service has issued no URL of the batch.
 */
export function issueUrls(deps: Deps, { refusals, allowance, arrive }: UrlParts) {
  const { db, clock, limits } = deps;
  return async (
    caller: Caller,
    input: {
      attachmentIds: readonly string[];
      expiresInSeconds: number | undefined;
      purpose: UrlPurpose | undefined;
      /** As for `issueUrl`. Only the URLs of previews can be cacheable. */
      preview?: PreviewName | undefined;
      isCacheable?: boolean | undefined;
      clientIp: string | undefined;
    },
  ): Promise<BatchAnswer[]> => {
    const { expiresInSeconds: requested, preview, isCacheable, clientIp } = input;
    const disposition = preview === undefined ? "attachment" : "inline";
    const purpose = input.purpose ?? usualPurpose(disposition, preview);
    if (isCacheable && preview === undefined) throw new DomainError("invalid_request", ONLY_PREVIEWS);
    allowance.take(caller.userId, input.attachmentIds.length);
    checkExpiry(requested, limits.urlTtlMaxSeconds);
    // The database stores ids in lower case. Each result contains the id in the spelling of the caller.
    const ids = input.attachmentIds.map((id) => id.toLowerCase());
    const access = await accessQueries(db).downloads(caller.userId, ids);
    for (const id of await findHidden(db, caller, access.values())) access.delete(id);
    const previews = preview && (await previewQueries(db).findConfirmed(preview, [...access.keys()]));
    const now = clock();
    // All URLs of a note have one expiry, because the caller owns either all files of a note or no file.
    const issued = new Map<string, IssuedOfNote>();
    let ofNote: IssuedOfNote | undefined;
    // The value `refused` is a set, because a request can contain a refused id many times.
    const refused = new Set<Downloadable>();
    const answers: BatchAnswer[] = [];
    for (const [index, attachmentId] of input.attachmentIds.entries()) {
      const found = decidedFor(caller, access.get(ids[index] as string));
      const refusal = refusalOf(found, { requested, limits });
      if (found === undefined || refusal !== undefined) {
        if (found !== undefined && refusal === "access_denied") refused.add(found.attachment);
        answers.push({ attachmentId, code: refusal ?? "attachment_not_found" });
        continue;
      }
      const { attachment, role } = found;
      const expiresInSeconds = requested ?? defaultExpiry(limits, role);
      const stored = previews?.get(attachment.id);
      if (previews !== undefined && stored === undefined) {
        answers.push({ attachmentId, code: "preview_not_found" });
        continue;
      }
      const served = stored === undefined ? attachment : asPreview(attachment, stored);
      const cacheWindowSeconds = isCacheable ? windowOf(expiresInSeconds) : undefined;
      let signed = sign(deps, {
        attachment: served,
        disposition,
        expiresInSeconds,
        now,
        cacheWindowSeconds,
        clientIp,
      });
      // The loop awaits only real promises, because an `await` of a plain value also costs time for each file.
      if (signed instanceof Promise) signed = await signed;
      answers.push({ attachmentId, fileUrl: signed.url, expiresAt: signed.expiresAt });
      // The loop finds the note only if the note of the previous file was another note, because files of a note usually follow each other.
      if (ofNote?.noteId !== attachment.noteId) ofNote = issued.get(attachment.noteId);
      ofNote ??= { noteId: attachment.noteId, expiresInSeconds, attachments: [] };
      if (ofNote.attachments.length === 0) issued.set(ofNote.noteId, ofNote);
      ofNote.attachments.push(attachment);
    }
    // The access query gives a disabled user no role. A disabled user gets the error that all other routes return.
    if (issued.size === 0) await requireEnabled(deps)(caller.userId);
    await Promise.all(
      [...issued.values()].map(({ attachments, expiresInSeconds }) =>
        urlAuditLog(db).record(
          describe(deps, { caller, attachments, detail: { expiresInSeconds, purpose, ...(preview && { preview }) } }),
        ),
      ),
    );
    // A thumbnail does not mean that the user has opened the file, because lists also show thumbnails.
    const opened = purpose === "thumbnail" ? [] : issued.values();
    for (const { noteId, attachments } of opened) {
      if (attachments[0]?.ownerId === caller.userId) continue;
      await arrive(caller, { noteId, attachmentIds: attachments.map(({ id }) => id) }, { isFrequent: true });
    }
    for (const attachments of Map.groupBy(refused, ({ noteId }) => noteId).values()) {
      refusals.record(caller, attachments);
    }
    return answers;
  };
}

function decidedFor(caller: Caller, access: DownloadAccess | undefined): DownloadAccess | undefined {
  if (access === undefined || caller.grants === undefined) return access;
  const { attachment, role } = access;
  return { attachment, role: roleOf(caller, { noteId: attachment.noteId, role }) };
}

function refusalOf(
  access: DownloadAccess | undefined,
  { requested, limits }: { requested: number | undefined; limits: Limits },
): UrlRefusal | undefined {
  if (access === undefined) return "attachment_not_found";
  if (!permits(access.role, "attachment.issueUrl")) return "access_denied";
  if (requested !== undefined && requested > longestExpiry(limits, access.role)) return "expires_in_out_of_range";
  return access.attachment.state === "ready" ? undefined : "attachment_not_ready";
}

function describe(
  { newId, clock }: Deps,
  issued: { caller: Caller; attachments: Downloadable[]; detail: AuditEvent["detail"] },
): AuditEvent {
  const { caller, attachments, detail } = issued;
  const [first] = attachments;
  if (first === undefined) throw new Error("an event needs at least one attachment");
  const subject = { ...aboutFile(first), attachmentIds: attachments.map((attachment) => attachment.id) };
  return auditEvent("url.issued", { id: newId(), caller, subject, at: clock(), detail });
}
